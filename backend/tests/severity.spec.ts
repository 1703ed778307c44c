import assert from "node:assert/strict";
import { judge } from "../src/analyzers/verdict.js";
import type { PastThreat } from "../src/threats/history.js";
import type { Metadata, ThreatSeverity, ThreatType } from "../src/contract/signal.js";
import { analyze, past, signalOf, SIGNS } from "./support/analysis.js";

describe("severity", () => {
  const levels = [
    [0, "INFO"],
    [0.149, "INFO"],
    [0.15, "LOW"],
    [0.349, "LOW"],
    [0.35, "MEDIUM"],
    [0.599, "MEDIUM"],
    [0.6, "HIGH"],
    [0.849, "HIGH"],
    [0.85, "CRITICAL"],
    [7, "CRITICAL"],
  ] as const;
  for (const [risk, severity] of levels) {
    it(`is ${severity} from a risk of ${risk}`, () => {
      assert.equal(judge([risk], 0.5, false).severity, severity);
    });
  }

  it("sinks with the doubt whether it is a threat", () => {
    assert.deepEqual(judge([0.7], 0.5, false), { risk: 0.7, severity: "HIGH" });
    assert.deepEqual(judge([0.7], 0.65, false), { risk: 0.55, severity: "MEDIUM" });
    assert.deepEqual(judge([0.9], 0.7, false), { risk: 0.7, severity: "LOW" });
    assert.deepEqual(judge([0.3], 0.7, false), { risk: 0.1, severity: "INFO" });
  });

  it("sinks by nothing when somebody tries to mislead", () => {
    assert.deepEqual(judge([0.7, -0.5], 0.9, true), { risk: 0.7, severity: "HIGH" });
  });

  const device = (count: number, more: Metadata = {}): Metadata => ({
    indicators: SIGNS.slice(0, count),
    ...more,
  });
  const travel = (km: number, minutes: number, more: Metadata = {}): Metadata => ({
    distance_km: km,
    minutes_since_last_login: minutes,
    ...more,
  });
  const requests = (perMinute: number, more: Metadata = {}): Metadata => ({
    request_count: perMinute * 5,
    time_window_minutes: 5,
    ...more,
  });
  const seenBefore: readonly PastThreat[] = [past({ confirmed: true }), past()];
  const probes = Array.from({ length: 4 }, () => past({ falsePositive: true }));
  const table: readonly (readonly [
    ThreatSeverity,
    ThreatType,
    Metadata,
    (readonly PastThreat[])?,
  ])[] = [
    ["LOW", "bot_traffic", {}],
    ["MEDIUM", "bot_traffic", requests(100)],
    ["LOW", "bot_traffic", requests(100, { user_agent: "Googlebot/2.1" })],
    ["MEDIUM", "bot_traffic", requests(300, { user_agent: "curl/8" })],
    ["HIGH", "bot_traffic", requests(300, { user_agent: "curl/8", failed_logins: 60 })],
    ["HIGH", "bot_traffic", requests(300, { user_agent: "nikto/2", failed_logins: 60 })],
    ["CRITICAL", "bot_traffic", requests(1500, { user_agent: "nikto/2", failed_logins: 60 })],
    [
      "INFO",
      "bot_traffic",
      requests(6, { source_ip: "10.0.0.8", endpoint: "/health", user_agent: "probe" }),
      probes,
    ],
    ["LOW", "proxy_network", { proxy_type: "vpn", reputation_score: 80 }],
    ["MEDIUM", "proxy_network", { proxy_type: "tor", reputation_score: 80 }],
    ["HIGH", "proxy_network", { proxy_type: "tor", reputation_score: 10 }],
    ["CRITICAL", "proxy_network", { proxy_type: "tor", reputation_score: 0, user_agent: "curl/8" }],
    ["MEDIUM", "device_compromise", device(0)],
    ["MEDIUM", "device_compromise", device(1)],
    ["HIGH", "device_compromise", device(2)],
    ["HIGH", "device_compromise", device(3)],
    ["CRITICAL", "device_compromise", device(3, { privileged_account: true })],
    ["CRITICAL", "device_compromise", device(4, { privileged_account: true })],
    ["LOW", "anomaly_detection", { deviation_sigma: 2 }],
    ["LOW", "anomaly_detection", { deviation_sigma: 4 }],
    ["MEDIUM", "anomaly_detection", { deviation_sigma: 7 }],
    ["HIGH", "anomaly_detection", { deviation_sigma: 12 }],
    ["MEDIUM", "anomaly_detection", { deviation_sigma: 4, rule_level: 10 }],
    ["CRITICAL", "anomaly_detection", { deviation_sigma: 12, rule_level: 12 }],
    ["LOW", "rate_limit_breach", requests(80)],
    ["MEDIUM", "rate_limit_breach", requests(900)],
    ["HIGH", "rate_limit_breach", requests(2000, { user_agent: "curl/8" })],
    ["INFO", "geo_anomaly", travel(300, 600, { mfa_passed: true })],
    ["LOW", "geo_anomaly", travel(300, 600)],
    ["MEDIUM", "geo_anomaly", travel(9000, 60, { mfa_passed: true })],
    ["MEDIUM", "geo_anomaly", travel(9000, 60)],
    ["HIGH", "geo_anomaly", travel(9000, 60, { new_device: true })],
    [
      "HIGH",
      "bot_traffic",
      requests(300, { source_ip: "198.51.100.1", user_agent: "curl/8" }),
      [...seenBefore],
    ],
  ];
  for (const [severity, type, metadata, history = []] of table) {
    const known = history.length > 0 ? `, ${history.length} earlier` : "";
    it(`is ${severity} for ${type} ${JSON.stringify(metadata)}${known}`, async () => {
      assert.equal((await analyze(signalOf(type, metadata), history)).severity, severity);
    });
  }

  it("asks for a person about a grave signal that looks like nothing", async () => {
    const metadata = requests(900, {
      source_ip: "66.249.66.1",
      endpoint: "/health",
      user_agent: "curl/8",
      failed_logins: 90,
      indicators: [],
    });
    const threat = await analyze(signalOf("bot_traffic", metadata), probes);
    assert.equal(threat.false_positive_score?.recommendation, "likely_false_positive");
    assert.equal(threat.severity, "LOW");
    assert.equal(threat.review_reason, "A grave signal that looks like a false positive");
  });
});
