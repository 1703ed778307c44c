import * as assert from "node:assert/strict";
import { EXAMPLES } from "../../../cli/tables";
import * as faults from "../../../machine/faults";
import { cause, onOneLine } from "../../../machine/faults";

describe("the table of faults", () => {
  it("has an example of each", () => {
    const kinds = Object.values(faults).filter(
      (make) => make !== cause && make !== onOneLine,
    ).length;
    const told = new Set(EXAMPLES.map(({ what }) => what));
    assert.equal(told.size, EXAMPLES.length, "two examples say the same");
    // The three faces of a missing Docker and the two of a lock are one function each.
    assert.equal(EXAMPLES.length, kinds + 3);
  });
});
