import * as assert from "node:assert/strict";
import { freeName } from "../../../cli/stacks";

describe("freeName", () => {
  const cases: [string, string[], string][] = [
    ["team", [], "soc-team"],
    ["team", ["soc-team", "soc-team-2", "other"], "soc-team-3"],
    ["Team_A", [], "soc-team-a"],
    ["t".repeat(60), [], `soc-${"t".repeat(36)}`],
  ];
  for (const [stack, taken, name] of cases) {
    it(`calls the cluster of ${stack.slice(0, 10)} ${name} beside ${taken.length}`, () =>
      assert.equal(freeName(stack, taken), name));
  }
});
