import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { mendState } from "../../../../cli/repair/checkpoint";
import { Scratch } from "../../support/fakes";

describe("mendState", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const good = '{"version":3}';
  type Files = Readonly<Record<string, string>>;
  const cases: [string, Files, Files][] = [
    [
      "leaves whole files alone",
      { "dev.json": '{"version":4}', "dev.json.bak": good, "dev.json.attrs": "{}" },
      { "dev.json": '{"version":4}', "dev.json.bak": good, "dev.json.attrs": "{}" },
    ],
    [
      "removes attributes that a kill left empty, and only those of its stack",
      { "dev.json": good, "dev.json.attrs": "", "prod.json": good, "prod.json.attrs": "" },
      { "dev.json": good, "prod.json": good, "prod.json.attrs": "" },
    ],
    [
      "removes the backup's attributes too",
      { "dev.json": good, "dev.json.bak": good, "dev.json.bak.attrs": '{"user' },
      { "dev.json": good, "dev.json.bak": good },
    ],
    [
      "puts the last state back for an empty one",
      { "dev.json": "", "dev.json.bak": good },
      { "dev.json": good, "dev.json.bak": good },
    ],
    [
      "puts the last state back for half a one",
      { "dev.json": '{"vers', "dev.json.bak": good },
      { "dev.json": good, "dev.json.bak": good },
    ],
    ["does not bring a removed stack back", { "dev.json.bak": good }, { "dev.json.bak": good }],
    [
      "keeps what it has when there is no good one",
      { "dev.json": '{"vers', "dev.json.bak": "" },
      { "dev.json": '{"vers', "dev.json.bak": "" },
    ],
    ["has nothing to do where nothing is", {}, {}],
  ];
  for (const [title, before, after] of cases) {
    it(title, () => {
      for (const [name, text] of Object.entries(before)) {
        fs.writeFileSync(scratch.file(name), text);
      }
      const mended = mendState(scratch.dir, "dev");
      const found = fs.readdirSync(scratch.dir).map((name) => {
        return [name, fs.readFileSync(scratch.file(name), "utf8")];
      });
      assert.deepEqual(Object.fromEntries(found), after);
      assert.equal(mended.length > 0, JSON.stringify(before) !== JSON.stringify(after));
    });
  }
});
