import assert from "node:assert/strict";
import { computeMetrics, severityShares, typeShares } from "../src/state/metrics";
import { makeThreat } from "./support/threats";

const { signal } = makeThreat();
const threats = [
  makeThreat({ severity: "CRITICAL", total_processing_time_ms: 100 }),
  makeThreat({ severity: "LOW", total_processing_time_ms: 200, requires_human_review: false }),
  makeThreat({
    severity: "LOW",
    total_processing_time_ms: 300,
    signal: { ...signal, customer_name: "MediaCo", threat_type: "geo_anomaly" },
  }),
];

describe("metrics", () => {
  it("counts over what the page holds", () => {
    assert.deepEqual(computeMetrics(threats), {
      threats: 3,
      customers: 2,
      needsReview: 2,
      critical: 1,
      averageMs: 200,
    });
  });

  it("has no average without threats", () => {
    assert.equal(computeMetrics([]).averageMs, undefined);
  });

  it("breaks down by severity, worst first, with the empty ones", () => {
    assert.deepEqual(
      severityShares(threats).map((share) => [share.key, share.count]),
      [
        ["CRITICAL", 1],
        ["HIGH", 0],
        ["MEDIUM", 0],
        ["LOW", 2],
        ["INFO", 0],
      ],
    );
    assert.equal(severityShares(threats)[3]?.fraction, 2 / 3);
    assert.ok(severityShares([]).every((share) => share.fraction === 0));
  });

  it("breaks down by type, most frequent first", () => {
    assert.deepEqual(
      typeShares(threats).map((share) => [share.key, share.count]),
      [
        ["bot_traffic", 2],
        ["geo_anomaly", 1],
      ],
    );
  });
});
