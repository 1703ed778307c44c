import * as assert from "node:assert/strict";
import { countTests } from "../../../scripts/test";

describe("countTests", () => {
  const cases: [string, string, number, { passed: number; failed: number }][] = [
    ["mocha's counts", "\n  12 passing (3s)\n  2 failing\n", 2, { passed: 12, failed: 2 }],
    ["several runs of mocha", "  3 passing (1s)\n  4 passing (1s)\n", 0, { passed: 7, failed: 0 }],
    ["a command without counts", "all files use the style\n", 0, { passed: 1, failed: 0 }],
    ["a command without counts that failed", "warn\n", 1, { passed: 0, failed: 1 }],
    ["a run that broke outside its tests", "  3 passing (1s)\n", 7, { passed: 3, failed: 1 }],
  ];
  for (const [title, output, code, expected] of cases) {
    it(`reads ${title}`, () => assert.deepEqual(countTests(output, code), expected));
  }
});
