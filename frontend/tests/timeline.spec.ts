import assert from "node:assert/strict";
import {
  bucketsOf,
  countListed,
  gridOf,
  oldestOf,
  RANGES,
  type RangeKey,
} from "../src/state/timeline";
import type { ThreatAnalysis } from "../src/types";
import { makeThreat } from "./support/threats";

const NOW = Date.UTC(2026, 5, 1, 12, 20);
const MINUTE = 60_000;
const ago = (minutes: number, severity: "CRITICAL" | "LOW" = "LOW") =>
  makeThreat({ severity, created_at: new Date(NOW - minutes * MINUTE).toISOString() });
const timeline = (threats: readonly ThreatAnalysis[], range: RangeKey, most: number) => {
  const grid = gridOf(range, NOW, most, oldestOf(threats));
  return bucketsOf(grid, countListed(threats, grid), []);
};

describe("the time axis", () => {
  const widths: [range: (typeof RANGES)[number]["key"], bars: number, minutes: number][] = [
    ["1h", 21, 3],
    ["24h", 25, 60],
    ["7d", 22, 480],
  ];
  for (const [range, bars, minutes] of widths) {
    it(`shows ${range} in bars of ${minutes} minutes, up to the one of now`, () => {
      const buckets = timeline([], range, 25);
      assert.equal(buckets.length, bars);
      for (const { from, to } of buckets) {
        assert.deepEqual([from % (minutes * MINUTE), to - from], [0, minutes * MINUTE]);
      }
      const last = buckets.at(-1);
      assert.ok(last && last.from <= NOW && NOW < last.to);
      assert.ok(timeline([], range, 10).length <= 10);
    });
  }

  it("shows all from the oldest on, in as many bars as there is room for", () => {
    for (const minutes of [0, 7, 90, 5000, 500_000, 50_000_000]) {
      const buckets = timeline([ago(minutes)], "all", 25);
      assert.ok(buckets.length <= 25, `${buckets.length} bars for ${minutes} minutes`);
      assert.equal(
        buckets.reduce((sum, { total }) => sum + total, 0),
        1,
      );
    }
  });

  it("counts each severity in the bar of its time, and what is of the future in the last one", () => {
    const threats = [ago(-3000), ago(1, "CRITICAL"), ago(2), ago(20), ago(20.01), ago(1e6)];
    const found = timeline(threats, "24h", 25).filter(({ total }) => total > 0);
    assert.deepEqual(
      found.map(({ from, counts, total }) => [(NOW - from) / MINUTE, counts, total]),
      [
        [80, { LOW: 1 }, 1],
        [20, { LOW: 3, CRITICAL: 1 }, 4],
      ],
    );
  });

  it("has in the last bar what the backend counts behind it", () => {
    const asked = { ...gridOf("1h", NOW, 25) };
    const ahead = { ...asked, bars: asked.bars + 1 };
    const counted = countListed([ago(-4), ago(-1, "CRITICAL"), ago(4)], ahead);
    const found = bucketsOf(asked, counted, []).filter(({ total }) => total > 0);
    assert.deepEqual(
      found.map(({ counts }) => counts),
      [{ LOW: 1 }, { LOW: 1, CRITICAL: 1 }],
    );
  });

  it("leaves out what has no time that can be read", () => {
    const odd = makeThreat({ created_at: "yesterday" });
    assert.deepEqual(
      timeline([odd], "24h", 25).filter(({ total }) => total > 0),
      [],
    );
  });

  it("shows counts that were made before the last bar began where they belong, of the severities asked for", () => {
    const before = gridOf("1h", NOW - 3 * MINUTE, 25);
    const counted = countListed([ago(4), ago(4, "CRITICAL"), ago(50)], before);
    const now = bucketsOf(gridOf("1h", NOW, 25), counted, ["LOW"]).filter(({ total }) => total > 0);
    assert.deepEqual(
      now.map(({ from, counts }) => [(NOW - from) / MINUTE, counts]),
      [
        [50, { LOW: 1 }],
        [5, { LOW: 1 }],
      ],
    );
  });
});
