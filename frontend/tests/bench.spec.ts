import assert from "node:assert/strict";
import { longRatio } from "../bench/watch";

describe("the ratio of shares of long tasks", () => {
  const cases: readonly [ours: number, theirs: number, ratio: number, what: string][] = [
    [0.3, 0.2, 1.5, "is one of shares"],
    [0.0025, 0, 1, "takes no long task for one of 50 ms"],
    [0, 0, 0, "is 0 where neither has any"],
  ];
  for (const [ours, theirs, ratio, what] of cases) {
    it(what, () => {
      const found = longRatio({ long: ours }, { long: theirs, ms: 20_000 });
      assert.equal(found.toFixed(6), ratio.toFixed(6));
    });
  }
});
