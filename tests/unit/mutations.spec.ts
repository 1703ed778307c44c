import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { judge, type Tested } from "../mutations/judge";
import { MUTATIONS } from "../mutations/mutations";

describe("judge", () => {
  const cases: [string, string[], Tested, string | undefined][] = [
    ["takes all tests that pass", [], { passed: 3, failed: [] }, undefined],
    [
      "takes exactly the failures that are due",
      ["a", "b"],
      { passed: 1, failed: ["b", "a"] },
      undefined,
    ],
    ["takes a spec whose tests all are to fail", ["a"], { passed: 0, failed: ["a"] }, undefined],
    ["refuses what survives", ["a"], { passed: 3, failed: [] }, "it survives: all tests pass"],
    [
      "refuses what fails without a mutation",
      [],
      { passed: 2, failed: ["a"] },
      'fail and should not: "a"',
    ],
    [
      "refuses a failure that is missing",
      ["a", "b"],
      { passed: 2, failed: ["a"] },
      'should fail and do not: "b"',
    ],
    [
      "refuses one more",
      ["a"],
      { passed: 1, failed: ["a", "b", "c"] },
      'fail and should not: "b", "c"',
    ],
    [
      "refuses others than are due",
      ["a"],
      { passed: 1, failed: ["b"] },
      'should fail and do not: "a"; fail and should not: "b"',
    ],
    ["refuses a spec without tests", [], { passed: 0, failed: [] }, "no test was run"],
  ];
  for (const [title, expected, tested, problem] of cases) {
    it(title, () => assert.equal(judge(expected, tested), problem));
  }
});

describe("mutations", () => {
  it("are all patches of their folder, each once", () => {
    const patches = fs.readdirSync("tests/mutations").filter((name) => name.endsWith(".patch"));
    assert.deepEqual(MUTATIONS.map(({ patch }) => `${patch}.patch`).sort(), patches.sort());
  });
});
