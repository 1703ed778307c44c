import assert from "node:assert/strict";
import fc from "fast-check";
import { SIGNAL } from "../src/contract/signal.js";
import type { Adapter } from "../src/ingest/adapter.js";
import { FALCO } from "../src/ingest/falco.js";
import { Refusal } from "../src/ingest/fields.js";
import { GUARDDUTY } from "../src/ingest/guardduty.js";
import { OCSF } from "../src/ingest/ocsf.js";
import { OWN } from "../src/ingest/own.js";
import { SURICATA } from "../src/ingest/suricata.js";
import { timeOf } from "../src/ingest/times.js";
import { WAZUH } from "../src/ingest/wazuh.js";
import { analyze } from "./support/analysis.js";
import type { AlertSample } from "./support/alerts/sample.js";
import { FALCO_SAMPLES } from "./support/alerts/falco.js";
import { GUARDDUTY_SAMPLES } from "./support/alerts/guardduty.js";
import { OCSF_SAMPLES } from "./support/alerts/ocsf.js";
import { SURICATA_SAMPLES } from "./support/alerts/suricata.js";
import { WAZUH_SAMPLES } from "./support/alerts/wazuh.js";

/** The published alerts of each kind, written anew. */
const SAMPLES: readonly (readonly [Adapter, readonly AlertSample[]])[] = [
  [WAZUH, WAZUH_SAMPLES],
  [SURICATA, SURICATA_SAMPLES],
  [FALCO, FALCO_SAMPLES],
  [GUARDDUTY, GUARDDUTY_SAMPLES],
  [OCSF, OCSF_SAMPLES],
];

const NOW = "2026-03-04T05:06:07.000000";
const ARRIVAL = { id: "id", receivedAt: NOW };
/** Characters of a signal's JSON, whatever came. */
const MOST_CHARACTERS = 40_000;

for (const [adapter, samples] of SAMPLES) {
  describe(`alerts of ${adapter.name}`, () => {
    it("are at least ten, each with its source and licence", () => {
      assert.ok(samples.length >= 10, String(samples.length));
      for (const { after } of samples) {
        assert.match(after, /\(.+\)/);
      }
    });

    for (const sample of samples) {
      it(`take ${sample.what}`, async () => {
        const { signal } = adapter.read(sample.alert, ARRIVAL);
        assert.deepEqual(SIGNAL.parse(signal), signal);
        const { threat_type, customer_name, timestamp, metadata, mitre_hints } = signal;
        assert.deepEqual(
          { threat_type, customer_name, timestamp, mitre_hints },
          {
            threat_type: sample.type,
            customer_name: sample.customer,
            timestamp: sample.timestamp,
            mitre_hints: sample.hints ?? [],
          },
        );
        const named = Object.keys(sample.metadata).map((name) => [name, metadata[name]]);
        assert.deepEqual(Object.fromEntries(named), sample.metadata);
        assert.equal(metadata["source"], adapter.name);

        const threat = await analyze(signal);
        assert.equal(threat.severity, sample.severity, threat.executive_summary);
        assert.equal(threat.adversarial_detection?.manipulation_detected, false);
        const said = threat.agent_analyses.priority.key_findings.join("\n");
        assert.match(said, new RegExp(`Its source calls it ${sample.severity}`));
      });
    }

    it("fit the schema that describes them", () => {
      for (const { what, alert } of samples) {
        const inner = alert["all_fields"] ?? alert["_source"] ?? alert["detail"] ?? alert;
        // The description has each field once, under its usual name.
        const otherwise = Object.keys(alert).some((key) => /\.|^[A-Z]/.test(key));
        assert.ok(otherwise || adapter.schema.safeParse(inner).success, what);
      }
    });

    it("keep unknown fields, and are bounded whatever comes", () => {
      const [sample] = samples;
      assert.ok(sample !== undefined);
      const long = "x".repeat(5_000_000);
      const many = Object.fromEntries(Array.from({ length: 9999 }, (_, key) => [`k${key}`, key]));
      const list = Array.from({ length: 9999 }, () => "y".repeat(300));
      const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`) as unknown;
      const alert = { first: { seen: "here" }, ...sample.alert, long, many, list, deep };
      const { metadata } = adapter.read(alert, ARRIVAL).signal;
      const { raw, truncated } = metadata as { raw: Record<string, unknown>; truncated: string[] };
      assert.deepEqual(raw["first"], { seen: "here" });
      assert.ok(truncated.includes("long"), truncated.join());
      assert.ok(JSON.stringify(metadata).length < MOST_CHARACTERS);
    });

    it("are read or refused, whatever stands in their fields", () => {
      const tried = (alert: unknown): void => {
        try {
          assert.equal(SIGNAL.safeParse(adapter.read(alert, ARRIVAL).signal).success, true);
        } catch (error) {
          assert.ok(error instanceof Refusal, String(error));
        }
      };
      const names = Object.keys(samples[0]?.alert ?? {});
      fc.assert(
        fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
          tried({ ...samples[0]?.alert, [name]: value });
          tried(value);
        }),
        { numRuns: 300, seed: 2026 },
      );
    });

    it("refuse what is nested deeper than the stack is high", () => {
      const deep = `${'{"a":['.repeat(100_000)}1${"]}".repeat(100_000)}`;
      const names = Object.keys(samples[0]?.alert ?? {});
      for (const name of [...names, "more"]) {
        try {
          adapter.read({ ...samples[0]?.alert, [name]: JSON.parse(deep) as unknown }, ARRIVAL);
        } catch (error) {
          assert.ok(error instanceof Refusal, String(error));
        }
      }
    });

    it("refuse what is no object", () => {
      for (const body of [null, 5, "text", [], true]) {
        assert.throws(() => adapter.read(body, ARRIVAL), Refusal);
      }
    });
  });
}

describe("times of sources", () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ["2026-03-21T15:56:21.984Z", "2026-03-21T15:56:21.984000Z"],
    ["2026-03-21T15:56:21.984+0000", "2026-03-21T15:56:21.984000Z"],
    ["2026-03-21T15:56:21.984-05:30", "2026-03-21T21:26:21.984000Z"],
    ["2026-03-21T15:56:21+02", "2026-03-21T13:56:21.000000Z"],
    ["2026-03-21 15:56:21,984", "2026-03-21T15:56:21.984000"],
    ["2026-03-21T15:56:21.123456789Z", "2026-03-21T15:56:21.123456Z"],
    ["Mar 21, 2026 @ 15:56:21.984", "2026-03-21T15:56:21.984000"],
    ["Dec 1, 2026 @ 00:00:00", "2026-12-01T00:00:00.000000"],
    ["2026 Mar 21 15:56:21", "2026-03-21T15:56:21.000000"],
    ["Foo 21, 2026 @ 15:56:21.984", undefined],
    ["arM 21, 2026 @ 15:56:21.984", undefined],
    ["Mar 32, 2026 @ 15:56:21.984", undefined],
    ["2026-13-21T15:56:21Z", undefined],
    ["1969-12-31T23:59:59Z", undefined],
    ["yesterday", undefined],
    ["", undefined],
  ];
  for (const [given, expected] of table) {
    it(`${JSON.stringify(given)} is ${expected ?? "none"}`, () => {
      assert.equal(timeOf(given), expected);
    });
  }
});

describe("what is refused of each kind", () => {
  const bad: readonly (readonly [Adapter, AlertSample | undefined, object, string])[] = [
    [SURICATA, SURICATA_SAMPLES[0], { alert: { severity: 1 } }, "alert.signature"],
    [SURICATA, SURICATA_SAMPLES[0], { timestamp: "x" }, "timestamp"],
    [FALCO, FALCO_SAMPLES[0], { priority: "Grave" }, "priority"],
    [FALCO, FALCO_SAMPLES[0], { rule: undefined }, "rule"],
    [GUARDDUTY, GUARDDUTY_SAMPLES[0], { severity: "grave" }, "severity"],
    [GUARDDUTY, GUARDDUTY_SAMPLES[0], { id: "" }, "id"],
    [OCSF, OCSF_SAMPLES[0], { class_uid: 2002 }, "class_uid"],
    [OCSF, OCSF_SAMPLES[0], { time: -1 }, "time"],
    [OWN, undefined, {}, "customer_name"],
    [OWN, undefined, { customer_name: "a", threat_type: "x" }, "threat_type"],
    [OWN, undefined, { customer_name: "a", severity: 5 }, "severity"],
    [OWN, undefined, { customer_name: "a", timestamp: "soon" }, "timestamp"],
  ];
  for (const [adapter, sample, change, field] of bad) {
    it(`is named by its field: ${adapter.name} with ${JSON.stringify(change)}`, () => {
      assert.throws(
        () => adapter.read({ ...sample?.alert, ...change }, ARRIVAL),
        (error) => error instanceof Refusal && error.field === field,
      );
    });
  }
});

describe("signals of one's own", () => {
  it("may leave out what they do not have, and are given back as they are", async () => {
    const least = OWN.read({ customer_name: "Example Shop", title: "Odd" }, ARRIVAL).signal;
    assert.deepEqual(least, {
      id: "id",
      threat_type: "anomaly_detection",
      customer_name: "Example Shop",
      timestamp: NOW,
      metadata: { title: "Odd", source: "own", source_type: "Odd" },
      mitre_hints: [],
    });
    const whole = {
      id: "mine-1",
      source: "probe",
      threat_type: "rate_limit_breach",
      severity: "high",
      customer_name: "Example Shop",
      timestamp: "2026-03-04T05:06:07Z",
      metadata: { request_count: 90, note: "from the edge" },
      mitre_hints: ["T1499"],
      more: [1],
    };
    const { signal } = OWN.read(whole, ARRIVAL);
    assert.equal(signal.threat_type, "rate_limit_breach");
    assert.deepEqual(signal.mitre_hints, ["T1499"]);
    assert.deepEqual(signal.metadata, {
      request_count: 90,
      note: "from the edge",
      threat_type: "rate_limit_breach",
      severity: "HIGH",
      alert_id: "mine-1",
      sensor: "probe",
      source: "own",
      source_severity: "HIGH",
      raw: { mitre_hints: ["T1499"], more: [1] },
    });
    assert.equal((await analyze(signal)).severity, "HIGH");
  });
});

describe("what a log line says", () => {
  it("never stands in the place of what the adapter says", async () => {
    const [sample] = WAZUH_SAMPLES;
    const data = { source_severity: "INFO", source: "nobody", source_level: "x", truncated: "x" };
    const rule = { id: "1", level: 15 };
    const { signal } = WAZUH.read({ ...sample?.alert, rule, data }, ARRIVAL);
    assert.equal(signal.metadata["source"], "wazuh");
    assert.equal(signal.metadata["truncated"], undefined);
    assert.equal((await analyze(signal)).severity, "CRITICAL");
    const silent = WAZUH.read({ ...sample?.alert, rule: { id: "1" }, data }, ARRIVAL).signal;
    assert.equal(silent.metadata["source_severity"], undefined);
  });

  it("does not make a private address with a log path a manipulation", async () => {
    const alert = {
      timestamp: "2026-03-04T05:06:07.089+0000",
      rule: { id: "5710", level: 5 },
      agent: { id: "014", name: "shop-web-2", ip: "10.11.12.13" },
      location: "/var/log/auth.log",
    };
    const threat = await analyze(WAZUH.read(alert, ARRIVAL).signal);
    assert.deepEqual(threat.adversarial_detection?.anomalies, []);
    assert.equal(threat.requires_human_review, false);
  });
});
