import assert from "node:assert/strict";
import { mitreTags } from "../src/analyzers/mitre.js";
import { techniqueOf } from "../src/threats/techniques.js";
import { localIntel } from "../src/threats/intel.js";
import {
  THREAT_TYPES,
  type IntelMatch,
  type Metadata,
  type ThreatType,
} from "../src/contract/signal.js";
import { analyze, signalOf } from "./support/analysis.js";

const ids = (tags: readonly { readonly technique_id: string; readonly source: string }[]) =>
  tags.map((tag) => `${tag.technique_id} ${tag.source}`);

describe("techniques of MITRE ATT&CK", () => {
  const byType: Readonly<Record<ThreatType, readonly string[]>> = {
    bot_traffic: ["T1110.004", "T1595"],
    proxy_network: ["T1090"],
    device_compromise: ["T1003", "T1041"],
    anomaly_detection: ["T1071"],
    rate_limit_breach: ["T1499"],
    geo_anomaly: ["T1078"],
  };
  for (const [type, expected] of Object.entries(byType) as [ThreatType, string[]][]) {
    it(`are those of the type without evidence: ${type}`, () => {
      const tags = mitreTags(type);
      assert.deepEqual(
        tags.map((tag) => [tag.technique_id, tag.confidence, tag.source]),
        expected.map((id) => [id, 0.6, "fallback"]),
      );
    });
  }

  it("have names and tactics", () => {
    for (const tag of THREAT_TYPES.flatMap((type) => mitreTags(type))) {
      assert.notEqual(tag.technique_name, tag.technique_id);
      assert.match(tag.tactic_id, /^TA\d{4}$/);
      assert.notEqual(tag.tactic, "Unknown");
    }
  });

  it("come from the sensor first, then from the agent, each once, at most six", () => {
    const hints = ["T1566", " t1003 ", "nonsense", "T1566", "T1190"];
    const suspected = ["T1003", "T1041", "T1486", "T1562.001", "T1014"].map((id) => ({
      id,
      confidence: 0.8,
    }));
    const tags = mitreTags("device_compromise", hints, suspected);
    assert.deepEqual(ids(tags), [
      "T1566 wazuh",
      "T1003 wazuh",
      "T1190 wazuh",
      "T1041 priority_agent",
      "T1486 priority_agent",
      "T1562.001 priority_agent",
    ]);
    assert.equal(tags[0]?.confidence, 1);
    assert.equal(tags[0]?.technique_name, "Phishing");
  });

  it("leave out what an agent hardly believes", () => {
    const suspected = [
      { id: "T1003", confidence: 0.59 },
      { id: "T1041", confidence: 0.6 },
    ];
    assert.deepEqual(ids(mitreTags("geo_anomaly", [], suspected)), ["T1041 priority_agent"]);
  });

  it("keep an id that is not listed, under its parent's name if that is", () => {
    assert.equal(techniqueOf("T1110.999")?.name, "Brute Force");
    assert.deepEqual(techniqueOf("T9999"), { name: "T9999", tactic: "Unknown", tacticId: "" });
    for (const id of ["T12", "1234", "T1234.1", "toString", ""]) {
      assert.equal(techniqueOf(id), null, id);
    }
  });

  const evidence: readonly (readonly [ThreatType, Metadata, readonly string[]])[] = [
    ["bot_traffic", { failed_logins: 50 }, ["T1110.004"]],
    ["bot_traffic", { user_agent: "sqlmap/1.8" }, ["T1595.002"]],
    ["proxy_network", { proxy_type: "tor" }, ["T1090.003"]],
    ["proxy_network", { proxy_type: "toString" }, ["T1090"]],
    ["rate_limit_breach", { request_count: 9000, time_window_minutes: 5 }, ["T1499"]],
    ["anomaly_detection", { metric: "outbound_bytes", baseline: 100, observed: 500 }, ["T1048"]],
    [
      "device_compromise",
      { indicators: ["ransom note written", "mimikatz seen", "unsigned driver loaded"] },
      ["T1003", "T1486", "T1014"],
    ],
    ["geo_anomaly", { distance_km: 9000, minutes_since_last_login: 60 }, ["T1078"]],
  ];
  for (const [type, metadata, expected] of evidence) {
    it(`follow the evidence: ${type} ${JSON.stringify(metadata)}`, async () => {
      const threat = await analyze(signalOf(type, metadata));
      assert.deepEqual(
        ids(threat.mitre_tags),
        expected.map((id) => `${id} priority_agent`),
      );
    });
  }

  it("reach the analysis from the sensor", async () => {
    const signal = { ...signalOf("bot_traffic", { failed_logins: 80 }), mitre_hints: ["T1190"] };
    assert.deepEqual(ids((await analyze(signal)).mitre_tags), [
      "T1190 wazuh",
      "T1110.004 priority_agent",
    ]);
  });
});

describe("intelligence", () => {
  const cases: readonly (readonly [string, Metadata, readonly string[]])[] = [
    ["an address", { source_ip: "203.0.113.66" }, ["ip 203.0.113.66"]],
    ["a domain in any case", { domain: "Update-Check.Example" }, ["domain update-check.example"]],
    [
      "a release by version",
      { package: "xz-utils", package_version: "5.6.1" },
      ["package xz-utils@5.6.1"],
    ],
    [
      "a release in one word",
      { package_name: "event-stream@3.3.6" },
      ["package event-stream@3.3.6"],
    ],
    ["a good release", { package: "xz-utils", package_version: "5.8.0" }, []],
    [
      "the same twice",
      { source_ip: "192.0.2.44", destination_ip: "192.0.2.44" },
      ["ip 192.0.2.44"],
    ],
    ["an address in the wrong place", { domain: "203.0.113.66" }, []],
    ["nonsense", { source_ip: 7, package: {}, sha256: null }, []],
  ];
  for (const [what, metadata, expected] of cases) {
    it(`knows ${what}`, () => {
      assert.deepEqual(
        localIntel(metadata).map((match) => `${match.ioc_type} ${match.ioc_value}`),
        expected,
      );
    });
  }

  it("is cited with the fields that name it, and no others", async () => {
    const cases: readonly (readonly [Metadata, readonly string[]])[] = [
      [{ source_ip: "192.0.2.44", empty: "", digit: "1", part: "192.0.2.4" }, ["source_ip"]],
      [{ package: "XZ-utils", package_version: "5.6.1", letter: "x" }, ["package"]],
      [{ package: "@scope/evil", blank: " " }, ["package"]],
      [{ package_name: "event-stream@3.3.6", other: "event" }, ["package_name"]],
    ];
    const fed = { ...localIntel({ source_ip: "192.0.2.44" })[0], ioc_value: "@scope/evil" };
    for (const [metadata, named] of cases) {
      const intel = metadata["package"] === fed.ioc_value ? [fed as IntelMatch] : [];
      const { evidence } = await analyze(signalOf("anomaly_detection", metadata), [], { intel });
      assert.deepEqual(evidence.find(({ fact }) => fact.startsWith("Known "))?.fields, [
        "intel_matches",
        ...named.map((key) => `signal.metadata.${key}`),
      ]);
    }
  });

  it("makes a threat graver and is shown, whether built in or fed", async () => {
    const plain = await analyze(signalOf("anomaly_detection", { source_ip: "203.0.113.67" }));
    const known = await analyze(signalOf("anomaly_detection", { source_ip: "203.0.113.66" }));
    const match = {
      ioc_type: "package",
      ioc_value: "left-pad",
      source: "VirusTotal",
      description: "Seen in an attack",
      date_added: "2026-01-01T00:00:00.000000",
      confidence: 0.8,
      threat_actor: null,
    };
    const fed = await analyze(signalOf("anomaly_detection", {}), [], { intel: [match] });
    assert.deepEqual([plain.severity, known.severity, fed.severity], ["LOW", "MEDIUM", "MEDIUM"]);
    assert.deepEqual(plain.intel_matches, []);
    assert.equal(known.intel_matches[0]?.source, "local indicator list");
    assert.deepEqual(fed.intel_matches, [match]);
    assert.deepEqual(fed.agent_analyses.historical.key_findings, [
      "Known package left-pad: Seen in an attack",
    ]);
  });
});
