import assert from "node:assert/strict";
import { admit, countWaiting, heldRows, refilter, takeHold } from "../src/state/hold";
import type { ThreatAnalysis } from "../src/types";
import { makeThreat } from "./support/threats";

const ids = (threats: readonly ThreatAnalysis[]) => threats.map(({ id }) => id);
const [a, b, c, late] = ["a", "b", "c", "late"].map((id) => makeThreat({ id })) as [
  ThreatAnalysis,
  ThreatAnalysis,
  ThreatAnalysis,
  ThreatAnalysis,
];

describe("a held list", () => {
  const held = takeHold([a, b, c], [c, a], "?review=1", "all");

  it("keeps its rows in their places, and counts what waits", () => {
    const all = [late, a, b, c];
    assert.deepEqual(ids(heldRows(held, all)), ["c", "a"]);
    assert.equal(countWaiting(held, [late, c, a]), 1);
  });

  it("counts nothing that was there and hidden", () => {
    assert.equal(countWaiting(held, [a, b, c]), 0);
  });

  it("shows what its rows have become, also of one that left the list", () => {
    const closed = makeThreat({ id: "a", status: "resolved" });
    assert.deepEqual(heldRows(held, [late, closed]), [c, closed]);
  });

  it("lets older ones in that were asked for", () => {
    const older = admit(held, [b, late]);
    assert.equal(countWaiting(older, [late, c, a]), 0);
    assert.deepEqual(ids(refilter(older, [c, a, late], "?review=1").rows), ["c", "a", "late"]);
  });

  it("follows other filters, without what waits", () => {
    const other = refilter(held, [late, b], "?q=b");
    assert.deepEqual([ids(other.rows), other.filters], [["b"], "?q=b"]);
    assert.equal(countWaiting(other, [late, b]), 1);
  });
});
