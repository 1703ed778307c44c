import assert from "node:assert/strict";
import { scoreFalsePositive } from "../src/analyzers/falsePositive.js";
import { isoMicros, parseMicros, systemClock } from "../src/base/clock.js";
import { AGENTS } from "../src/agents/ruleAgents.js";
import { Coordinator } from "../src/service/coordinator.js";
import { seededRandom } from "../src/base/random.js";
import { generateSignal } from "../src/threats/generator.js";
import { History, type PastThreat } from "../src/threats/history.js";
import { scenarioSignal } from "../src/threats/scenarios.js";
import { AGENT_KEYS } from "../src/contract/analysis.js";
import { THREAT_TYPES, type Metadata } from "../src/contract/signal.js";
import { analyze, inputOf, NOON, past, signalOf, SIGNS } from "./support/analysis.js";
import { makeStored } from "./support/threat.js";

describe("analysis", () => {
  it("is the same for the same signal, history, clock and seed", async () => {
    for (const type of THREAT_TYPES) {
      const once = await analyze(generateSignal(seededRandom(3), NOON, type), [past()]);
      const again = await analyze(generateSignal(seededRandom(3), NOON, type), [past()]);
      assert.deepEqual(once, again);
    }
    assert.notDeepEqual(
      generateSignal(seededRandom(3), NOON),
      generateSignal(seededRandom(4), NOON),
    );
  });

  const scenarios = [
    ["crypto_surge", "LOW", false],
    ["bot_attack", "CRITICAL", true],
    ["geo_impossible", "HIGH", true],
    ["critical_threat", "CRITICAL", true],
  ] as const;
  for (const [name, severity, review] of scenarios) {
    it(`finds ${name} ${severity}`, async () => {
      const signal = scenarioSignal(name, seededRandom(1), NOON);
      assert.ok(signal !== null);
      const threat = await analyze(signal);
      assert.equal(threat.severity, severity);
      assert.equal(threat.requires_human_review, review);
      assert.equal(threat.review_reason !== null, review);
    });
  }

  it("lets severity follow the evidence", async () => {
    const severities = await Promise.all(
      [0, 1, 2, 4].map(async (count) => {
        const indicators = SIGNS.slice(0, count);
        const metadata = { source_ip: "203.0.113.5", indicators, privileged_account: count === 4 };
        return (await analyze(signalOf("device_compromise", metadata))).severity;
      }),
    );
    assert.deepEqual(severities, ["MEDIUM", "MEDIUM", "HIGH", "CRITICAL"]);
  });

  it("produces every severity over the generated signals", async () => {
    const random = seededRandom(11);
    const seen = new Set<string>();
    for (let count = 0; count < 400; count += 1) {
      seen.add((await analyze(generateSignal(random, NOON))).severity);
    }
    assert.deepEqual([...seen].sort(), ["CRITICAL", "HIGH", "INFO", "LOW", "MEDIUM"]);
  });

  it("calls an own probe a false positive and only watches it", async () => {
    const metadata = {
      source_ip: "10.0.0.8",
      user_agent: "kube-probe/1.34",
      endpoint: "/health",
      request_count: 30,
      time_window_minutes: 5,
    };
    const history = Array.from({ length: 4 }, () => past({ falsePositive: true }));
    const threat = await analyze(signalOf("bot_traffic", metadata), history);
    assert.equal(threat.false_positive_score?.recommendation, "likely_false_positive");
    assert.equal(threat.severity, "INFO");
    assert.equal(threat.response_plan?.primary_action.action_type, "monitor");
    assert.deepEqual(threat.response_plan?.secondary_actions, []);
  });

  it("judges an address that comes back more gravely", async () => {
    const signal = signalOf("bot_traffic", { source_ip: "198.51.100.1", request_count: 2000 });
    const [fresh, repeated] = [
      await analyze(signal, [past(), past()]),
      await analyze(signal, [past({ confirmed: true }), past({ confirmed: true }), past()]),
    ];
    assert.deepEqual(fresh.agent_analyses.historical.key_findings, []);
    assert.deepEqual(repeated.agent_analyses.historical.key_findings, [
      "People called 2 of 2 such threats real",
      "198.51.100.1 was behind 2 confirmed threats",
    ]);
    assert.deepEqual(repeated.agent_analyses.historical.raw_output, {
      similar_incidents_found: 3,
      pattern_match_score: 0.667,
    });
  });

  it("goes on without an agent that fails, and asks for a person", async () => {
    const failures: unknown[] = [];
    const coordinator = new Coordinator({
      agents: {
        ...AGENTS,
        context: () => {
          throw new Error("no context today");
        },
      },
      onAgentError: (agent, error) => failures.push([agent, String(error)]),
    });
    const threat = await coordinator.analyze(generateSignal(seededRandom(1), NOON), []);
    assert.deepEqual(failures, [["context", "Error: no context today"]]);
    assert.equal(threat.agent_analyses.context.confidence, 0);
    assert.deepEqual(threat.agent_analyses.context.recommendations, ["Manual review required"]);
    assert.equal(threat.requires_human_review, true);
    assert.match(threat.review_reason ?? "", /Failed agents: context/);
  });

  it("keeps every number within its bounds, whatever the metadata holds", async () => {
    const nonsense: readonly unknown[] = [null, -5, 1e308, "", "x", [], {}, true];
    for (const type of THREAT_TYPES) {
      const keys = Object.keys(generateSignal(seededRandom(1), NOON, type).metadata);
      for (const value of nonsense) {
        const metadata = Object.fromEntries(keys.map((key) => [key, value]));
        const threat = await analyze(signalOf(type, metadata));
        const bounded = [
          threat.false_positive_score?.score,
          threat.false_positive_score?.confidence,
          ...AGENT_KEYS.map((key) => threat.agent_analyses[key].confidence),
        ];
        for (const value of bounded) {
          assert.ok(value !== undefined && value >= 0 && value <= 1, `${type} ${String(value)}`);
        }
        assert.deepEqual(JSON.parse(JSON.stringify(threat)), threat, "survives JSON");
      }
    }
  });

  it("tells the investigation in order, from the signal to the plan", async () => {
    const threat = await analyze(signalOf("proxy_network", { proxy_type: "tor" }));
    const events = threat.investigation_timeline?.events ?? [];
    const actions = 1 + (threat.response_plan?.secondary_actions.length ?? 0);
    assert.deepEqual(
      events.map((event) => event.event_type),
      [
        "detection",
        ...Array<string>(4).fill("enrichment"),
        ...Array<string>(6).fill("analysis"),
        ...Array<string>(2).fill("correlation"),
        "decision",
        ...Array<string>(actions).fill("action"),
        "escalation",
      ],
    );
    const times = events.map((event) => event.timestamp);
    assert.deepEqual(times, [...times].sort());
    assert.ok((times.at(-1) ?? "") <= threat.created_at, "no step lies in the future");
    assert.equal(threat.investigation_timeline?.start_time, threat.signal.timestamp);
  });

  it("plans by type and severity, and aims at what can be acted on", async () => {
    const device = await analyze(
      signalOf("device_compromise", {
        source_ip: "203.0.113.9",
        user_id: "user-1",
        indicators: SIGNS,
        privileged_account: true,
      }),
    );
    const plan = device.response_plan;
    assert.deepEqual(
      [plan?.primary_action, ...(plan?.secondary_actions ?? [])].map((action) => [
        action?.action_type,
        action?.target,
        action?.auto_executable,
      ]),
      [
        ["quarantine", "user-1", false],
        ["escalate", "CloudWorks", true],
        ["block_ip", "203.0.113.9", false],
      ],
    );
    assert.equal(plan?.primary_action.urgency, "immediate");
    assert.deepEqual([plan?.sla_minutes, plan?.auto_escalate_after_minutes], [15, 7]);
    assert.equal(plan?.escalation_path.at(-1), "CISO");
  });

  it("puts an event without a usable time where it was received", async () => {
    const signal = { ...signalOf("bot_traffic", {}), timestamp: "yesterday" };
    const { investigation_timeline: timeline } = await analyze(signal);
    assert.equal(timeline?.events[0]?.event_type, "detection");
    assert.match(timeline.start_time, /^2026-06-10T12:00:00/);
    assert.ok(timeline.duration_ms < 100);
  });
});

describe("false-positive score", () => {
  const score = (metadata: Metadata, history: readonly PastThreat[] = []) =>
    scoreFalsePositive(inputOf(signalOf("bot_traffic", metadata), history));

  it("is the base rate without indicators", () => {
    const { score: value, indicators, historical_fp_rate: rate } = score({});
    assert.deepEqual([value, indicators, rate], [0.35, [], null]);
  });

  const cases: readonly (readonly [string, Metadata, number])[] = [
    ["a crawler", { user_agent: "Googlebot/2.1" }, 0.47],
    ["a script", { user_agent: "curl/8.0" }, 0.29],
    ["a known network", { source_ip: "66.249.66.1" }, 0.5],
    ["a private address", { source_ip: "192.168.1.1" }, 0.44],
    ["a health endpoint", { endpoint: "/healthz" }, 0.47],
    ["little traffic", { request_count: 10, time_window_minutes: 5 }, 0.41],
    ["much traffic", { request_count: 6000, time_window_minutes: 5 }, 0.26],
  ];
  for (const [what, metadata, expected] of cases) {
    it(`moves for ${what}`, () => assert.equal(score(metadata).score, expected));
  }

  it("learns from what people decided, and from nothing else", () => {
    const verdicts = Array.from({ length: 5 }, () => past({ customer: "Other" }));
    const real = verdicts.map((threat) => ({ ...threat, confirmed: true }));
    const nothing = verdicts.map((threat) => ({ ...threat, falsePositive: true }));
    assert.deepEqual(score({}, verdicts), score({}));
    assert.equal(score({}, real).score, 0.26);
    assert.equal(score({}, nothing).score, 0.44);
    assert.equal(score({}, nothing).historical_fp_rate, 1);
    assert.equal(score({}, nothing).similar_resolved_as_fp, 5);
  });
});

describe("history", () => {
  it("keeps the newest, each once", async () => {
    const history = new History(3);
    for (const id of ["a", "b", "b", "c", "d"]) {
      history.add(id, { ...(await makeStored(id)).past, requiresReview: id !== "c" });
    }
    assert.deepEqual(
      history.recent().map((threat) => threat.requiresReview),
      [true, false, true],
    );
  });
});

describe("clock", () => {
  it("writes and reads microseconds", () => {
    assert.equal(isoMicros(Date.UTC(2026, 0, 31, 12) + 0.001), "2026-01-31T12:00:00.000001");
    assert.equal(isoMicros(Date.UTC(2026, 0, 31, 12) - 0.001), "2026-01-31T11:59:59.999999");
    assert.equal(parseMicros("2026-01-31T12:00:00.250000"), Date.UTC(2026, 0, 31, 12) + 250);
    assert.equal(parseMicros("2026-01-31T12:00:00Z"), Date.UTC(2026, 0, 31, 12));
    assert.equal(parseMicros("2026-01-31T12:00:00+02:00"), Date.UTC(2026, 0, 31, 10));
    assert.ok(Number.isNaN(parseMicros("yesterday")));
  });

  it("never shows the same microsecond twice", () => {
    const times = Array.from({ length: 1000 }, () => isoMicros(systemClock()));
    assert.deepEqual(times, [...new Set(times)].sort());
  });
});
