import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { restoreCheckpoint } from "../../../scripts/checkpoint";
import { Scratch } from "./support/fakes";

describe("restoreCheckpoint", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const good = '{"version":3}';
  const cases: [string, string | undefined, string | undefined, boolean, string | undefined][] = [
    ["leaves a whole state alone", '{"version":4}', good, true, '{"version":4}'],
    ["puts the last one back for an empty file", "", good, false, good],
    ["puts the last one back for half a file", '{"vers', good, false, good],
    ["puts the last one back for none, after a kill", undefined, good, true, good],
    ["does not bring a removed stack back", undefined, good, false, undefined],
    ["keeps what it has when there is no good one", '{"vers', "", true, '{"vers'],
    ["has nothing to do where nothing is", undefined, undefined, true, undefined],
  ];
  for (const [title, state, backup, killed, expected] of cases) {
    it(title, () => {
      const file = scratch.file("dev.json");
      if (state !== undefined) {
        fs.writeFileSync(file, state);
      }
      if (backup !== undefined) {
        fs.writeFileSync(`${file}.bak`, backup);
      }
      const restored = restoreCheckpoint(scratch.dir, "dev", killed);
      assert.equal(restored, state !== expected);
      assert.equal(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined, expected);
    });
  }
});
