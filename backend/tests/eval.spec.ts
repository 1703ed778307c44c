import assert from "node:assert/strict";
import { corpus } from "../eval/corpus.js";
import { FAULTS } from "../eval/faults.js";
import { fieldIn } from "../eval/fields.js";
import { shortfalls } from "../eval/floors.js";
import { inject } from "../eval/injections.js";
import { judgeAll, type Agents, type Judges } from "../eval/judge.js";
import { obedientAgents } from "../eval/obedientModel.js";
import { isCited, scoresOf, type Scores } from "../eval/scores.js";
import type { ToldInput } from "../src/threats/finding.js";
import { AGENT_KEYS } from "../src/contract/analysis.js";

const cases = corpus();
const scored = async (heldOut: boolean, judges?: Judges): Promise<Scores> =>
  scoresOf(
    await judgeAll(
      cases.filter((one) => one.heldOut === heldOut),
      judges,
    ),
  );

describe("verdicts", () => {
  it("are above all floors, also on what is held out", async () => {
    assert.deepEqual(shortfalls(await scored(false)), []);
    assert.deepEqual(shortfalls(await scored(true)), []);
  });

  for (const { what, judges } of FAULTS) {
    it(`fall below one if ${what}`, async () => {
      assert.notDeepEqual(shortfalls(await scored(false, judges)), []);
    });
  }

  it("cite only what is there", async () => {
    const decided = cases.find(({ template: { before } }) => before?.decided === "confirmed");
    const [one] = await judgeAll(decided === undefined ? [] : [decided]);
    assert.ok(one !== undefined && isCited(one));
    const { threat, history } = one;
    assert.ok(!isCited({ threat, history: [] }));
    for (const field of ["signal.metadata.weekday", `threats/${threat.id}/confirmed`]) {
      const invented = { fact: "It was Tuesday", fields: [field] };
      assert.ok(
        !isCited({ threat: { ...threat, evidence: [...threat.evidence, invented] }, history }),
      );
    }
    assert.ok(!isCited({ threat: { ...threat, evidence: [] }, history }));
  });
});

describe("orders in the texts of signals", () => {
  const heeded = async (judges?: Judges) =>
    (await inject(judges)).filter(({ changed }) => changed.length > 0);

  it("change no verdict of the rules", async () => {
    const injections = await inject();
    assert.equal(injections.length, 200);
    assert.ok(new Set(injections.map(({ field }) => field)).size > 20);
    assert.deepEqual(await heeded(), []);
  });

  it("change no verdict to the milder of a model that obeys all of them", async () => {
    assert.deepEqual(await heeded({ agents: obedientAgents() }), []);
  });

  it("would change some if such a model were believed", async () => {
    const model = obedientAgents();
    const believed = Object.fromEntries(
      AGENT_KEYS.map((key) => [
        key,
        async (input: ToldInput) => {
          const { ruleRisk: _, ...finding } = await model[key](input);
          return finding;
        },
      ]),
    ) as unknown as Agents;
    assert.ok((await heeded({ agents: believed })).length > 10);
  });
});

describe("the path of a field", () => {
  it("leads through lists and names with dots", () => {
    const value = { a: [{ "b.c": { d: 1 } }], "a.x": 2 };
    assert.equal(fieldIn(value, "a[0].b.c.d"), 1);
    assert.equal(fieldIn(value, "a.x"), 2);
    assert.equal(fieldIn(value, "a[1]"), undefined);
    assert.equal(fieldIn(value, "b"), undefined);
  });
});
