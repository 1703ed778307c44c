import assert from "node:assert/strict";
import { parseMetrics } from "../src/lib/messages";
import { countThreats, severityShares, sum, typeShares } from "../src/state/analytics";
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

describe("figures", () => {
  it("are counted over what the page holds, in the backend's form", () => {
    assert.deepEqual(countThreats(threats), {
      total_threats: 3,
      customers_affected: 2,
      average_processing_time_ms: 200,
      threats_requiring_review: 2,
      dropped: { awaiting_review: 0 },
      quarantine: { kept: 0, fallen_out: 0 },
      threats_by_type: { bot_traffic: 2, geo_anomaly: 1 },
      threats_by_severity: { CRITICAL: 1, LOW: 2 },
    });
    assert.equal(countThreats([]).average_processing_time_ms, 0);
  });

  it("are read from the backend as they are, and what is no number as 0", () => {
    const dropped = { awaiting_review: 4 };
    const quarantine = { kept: 2, fallen_out: 3 };
    const figures = { ...countThreats(threats), dropped, quarantine };
    assert.deepEqual(parseMetrics(JSON.parse(JSON.stringify(figures))), figures);
    const odd = {
      total_threats: "7",
      threats_by_type: { a: null, b: 2 },
      dropped: 3,
      quarantine: null,
    };
    assert.deepEqual(parseMetrics(odd), {
      total_threats: 0,
      customers_affected: 0,
      average_processing_time_ms: 0,
      threats_requiring_review: 0,
      dropped: { awaiting_review: 0 },
      quarantine: null,
      threats_by_type: { a: 0, b: 2 },
      threats_by_severity: {},
    });
    assert.equal(parseMetrics([]), undefined);
  });

  it("break down by severity, worst first, with the empty ones", () => {
    const shares = severityShares({ LOW: 2, CRITICAL: 1 });
    assert.deepEqual(
      shares.map((share) => [share.key, share.count]),
      [
        ["CRITICAL", 1],
        ["HIGH", 0],
        ["MEDIUM", 0],
        ["LOW", 2],
        ["INFO", 0],
      ],
    );
    assert.equal(shares[3]?.fraction, 2 / 3);
    assert.ok(severityShares({}).every((share) => share.fraction === 0));
  });

  it("break down by type, most frequent first, without the empty ones", () => {
    assert.deepEqual(
      typeShares({ geo_anomaly: 1, bot_traffic: 2, proxy_network: 0 }).map(({ key }) => key),
      ["bot_traffic", "geo_anomaly"],
    );
    assert.equal(sum({ geo_anomaly: 1, bot_traffic: 2 }), 3);
  });
});
