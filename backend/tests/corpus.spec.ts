import assert from "node:assert/strict";
import { corpus } from "../eval/corpus.js";

describe("the corpus of verdicts", () => {
  const cases = corpus();
  const named = (part: typeof cases) => new Set(part.map(({ template }) => template.name)).size;

  it("is large, and holds 15 templates apart", () => {
    assert.ok(cases.length >= 500, `${cases.length} signals`);
    assert.ok(named(cases) >= 60, `${named(cases)} templates`);
    assert.equal(named(cases.filter(({ heldOut }) => heldOut)), 15);
    const shared = cases.filter(
      ({ template, heldOut }) =>
        !heldOut && cases.some((other) => other.heldOut && other.template.name === template.name),
    );
    assert.deepEqual(shared, []);
  });

  it("tells every story in different words, the same ones each time", () => {
    const told = cases.map(({ signal: { id: _, ...rest } }) => JSON.stringify(rest));
    assert.deepEqual(corpus(), cases);
    assert.ok(new Set(told).size > 0.9 * told.length, `${new Set(told).size} different`);
  });

  it("calls an attack what somebody has to act on at once, and nothing else", () => {
    const grave = ["HIGH", "CRITICAL"];
    for (const { name, truth, severity } of new Set(cases.map(({ template }) => template))) {
      assert.ok(truth === "manipulated" || (truth === "attack") === grave.includes(severity), name);
    }
  });
});
