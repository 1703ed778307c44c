import assert from "node:assert/strict";
import type { Agent } from "../src/agents/agent.js";
import { AGENTS } from "../src/agents/ruleAgents.js";
import { between, pick, seededRandom, type Random } from "../src/base/random.js";
import { AGENT_KEYS, type AgentKey } from "../src/contract/analysis.js";
import { THREAT_TYPES, type IntelMatch, type ThreatSignal } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import type { VerdictRecord } from "../src/contract/verdictRecord.js";
import type { Chat } from "../src/model/chat.js";
import { ModelError } from "../src/model/failure.js";
import { modelAgents } from "../src/model/modelAgents.js";
import { Coordinator, type CoordinatorOptions } from "../src/service/coordinator.js";
import { decodeRecord } from "../src/service/record.js";
import { replay } from "../src/service/replay.js";
import { rulesVersion } from "../src/service/rulesVersion.js";
import type { Circumstances } from "../src/service/seen.js";
import { adversarialCase, ADVERSARIAL_SCENARIOS } from "../src/threats/adversarialScenarios.js";
import { generateSignal } from "../src/threats/generator.js";
import type { PastThreat } from "../src/threats/history.js";
import { decide, succeed } from "../src/threats/triage.js";
import { NOON, past, signalOf } from "./support/analysis.js";
import { ANSWERS } from "./support/modelServer.js";
import { randomEgress, randomHistory } from "./support/histories.js";

/** What was analysed, as it comes back from a store. */
interface Kept {
  readonly threat: ThreatAnalysis;
  readonly record: VerdictRecord;
  readonly bytes: number;
}

/** A clock that goes on by odd numbers of microseconds. */
function microClock(random: Random): () => number {
  let micros = NOON * 1000;
  return () => (micros += between(random, 1, 3000)) / 1000;
}

async function analysed(
  signal: ThreatSignal,
  history: readonly PastThreat[] = [],
  circumstances: Circumstances = {},
  options: CoordinatorOptions = {},
): Promise<Kept> {
  const random = seededRandom(3);
  const coordinator = new Coordinator({ clock: microClock(random), random, ...options });
  const { threat, recorder } = await coordinator.investigate(signal, history, circumstances);
  const json = recorder.encode(false);
  const kept = JSON.parse(JSON.stringify(threat)) as ThreatAnalysis;
  const record = decodeRecord(json, kept);
  assert.ok(record !== null, json.toString());
  return { threat: kept, record, bytes: json.length };
}

async function assertReplays({ threat, record }: Kept): Promise<void> {
  assert.equal(JSON.stringify(await replay(threat, record)), JSON.stringify(threat));
}

/** A model that answers some agents late, some not in the form asked for, and some not at all. */
function scriptedAgents(random: Random): Readonly<Record<AgentKey, Agent>> {
  const chat: Chat = async ({ asker: { agent } }) => {
    const turns = between(random, 0, 6);
    for (let turn = 0; turn < turns; turn += 1) {
      await Promise.resolve();
    }
    const kind = pick(random, ["answer", "answer", "answer", "refused", "failing"]);
    if (kind === "failing") {
      throw new ModelError("timeout");
    }
    return kind === "refused"
      ? { analysis: "" }
      : { ...ANSWERS[agent], analysis: `${turns} turns` };
  };
  const config = { apiKey: "none", model: "scripted", baseUrl: null };
  return modelAgents({ ...config, temperature: 0, maxTokens: 1, timeoutSeconds: 1 }, {}, chat)
    .agents;
}

const FEED: IntelMatch = {
  ...{ ioc_type: "package", ioc_value: "com.example.stealer", source: "feed" },
  ...{ description: "Steals", date_added: "2026-01-01T00:00:00.000000" },
  ...{ confidence: 0.9, threat_actor: null },
};

describe("the record of a verdict", () => {
  it("gives the same threat again, byte for byte, whatever was known and answered", async () => {
    const random = seededRandom(2026);
    const seen = new Set<string>();
    const failing: Agent = () => {
      throw new Error("broken");
    };
    for (let times = 0; times < 600; times += 1) {
      const signal = generateSignal(random, NOON, pick(random, THREAT_TYPES));
      const circumstances = {
        egress: randomEgress(random, signal),
        intel: random.next() < 0.2 ? [FEED] : [],
        detectorEnabled: random.next() < 0.9,
        traceId: random.next() < 0.5 ? "4bf92f3577b34da6a3ce929d0e0e4736" : null,
      };
      const agents = {
        ...(times % 2 === 0 ? AGENTS : scriptedAgents(random)),
        ...(times % 5 === 0 && { [pick(random, AGENT_KEYS)]: failing }),
      };
      const kept = await analysed(signal, randomHistory(random, signal), circumstances, { agents });
      await assertReplays(kept);
      Object.keys(kept.record).forEach((key) => seen.add(key));
      kept.record.agents?.flatMap(Object.keys).forEach((key) => seen.add(key));
    }
    assert.deepEqual(
      [...seen].sort(),
      [
        ...["agent", "agents", "answer", "detector", "egress", "failed", "fallback", "intel"],
        ...["past", "rules", "source", "started", "ticks"],
      ].sort(),
    );
  });

  it("gives those of the adversarial scenarios again", async () => {
    for (const name of ADVERSARIAL_SCENARIOS) {
      const wish = name === "note_poisoning_bypass" ? false : null;
      const { signal, ...planted } = adversarialCase(name, wish, seededRandom(1), NOON);
      await assertReplays(await analysed(signal, [past()], planted));
    }
  });

  it("gives what other agents than rules and models found again", async () => {
    const config: Agent = (input) => ({ ...AGENTS.config(input), risk: 0.25, analysis: "Odd." });
    const kept = await analysed(
      signalOf("bot_traffic", {}),
      [],
      {},
      { agents: { ...AGENTS, config } },
    );
    assert.equal(kept.threat.agent_analyses.config.analysis, "Odd.");
    await assertReplays(kept);
  });

  it("gives it again with what people have decided since, and after a newer alert", async () => {
    const AT = "2026-06-10T13:00:00.000000";
    const { threat, record, bytes } = await analysed(signalOf("device_compromise", {}));
    const decisions = [
      { status: "resolved", note: "seen" },
      { status: "false_positive" },
      { status: "completed" },
      { confirmed: true, assignee: "Ada" },
    ] as const;
    let now = threat;
    for (const decision of decisions) {
      now = decide(now, { version: now.version, ...decision }, "Ada", AT);
      await assertReplays({ threat: now, record, bytes });
      await assertReplays({ threat: succeed(threat, now), record, bytes });
    }
  });

  it("gives another one where a part of it is changed", async () => {
    const signal = signalOf("bot_traffic", { source_ip: "198.51.100.1" });
    const confirmed = past({
      confirmed: true,
      decision: { threatId: "t", field: "confirmed", by: "Ada", at: "2026", note: null },
    });
    const kept = await analysed(signal, [confirmed], { intel: [FEED], detectorEnabled: false });
    const { past: before, intel: _, detector: __, ...rest } = kept.record;
    const { threat, record } = kept;
    const changed: readonly VerdictRecord[] = [
      { ...record, past: { ...before, alike: 2 } },
      { ...record, past: { ...before, alike_real: { count: 2, cited: [], last: null } } },
      { ...record, past: {} },
      { ...rest, past: before, detector: false },
      { ...record, intel: [{ ...FEED, confidence: 0.1 }] },
      { ...rest, past: before, intel: [FEED] },
      { ...record, started: record.started + 1 },
      { ...record, ticks: record.ticks.map((tick) => tick + 1) },
      { ...record, closed: true },
      { ...record, agents: AGENT_KEYS.map((agent) => ({ agent, fallback: "timeout" })) },
    ];
    for (const other of changed) {
      assert.notEqual(
        JSON.stringify(await replay(threat, other)),
        JSON.stringify(threat),
        JSON.stringify(other),
      );
    }
  });

  it("is none of another analysis, and none at all where it cannot be read", async () => {
    const signal = signalOf("bot_traffic", {});
    const { threat, record } = await analysed(signal);
    const json = (value: unknown) => Buffer.from(JSON.stringify(value));
    assert.deepEqual(decodeRecord(json(record), threat), record);
    assert.equal(decodeRecord(json({ ...record, started: record.started + 7 }), threat), null);
    assert.equal(decodeRecord(json({ ...record, past: 1 }), threat), null);
  });

  it("is small: by rules a tenth of its threat, with all that can be known in a few kilobytes", async () => {
    const signal = signalOf("bot_traffic", { source_ip: "198.51.100.1" });
    const plain = await analysed(signal, Array<PastThreat>(200).fill(past()));
    assert.ok(plain.bytes * 10 < JSON.stringify(plain.threat).length, `${plain.bytes} bytes`);
    const { incidents } = adversarialCase("note_poisoning_catch", null, seededRandom(1), NOON);
    const wide = "\u{1f600}".repeat(512);
    const decided = (["status", "confirmed", "note"] as const).flatMap((field) =>
      Array.from({ length: 60 }, (_, index) =>
        past({
          ...{ falsePositive: field === "status", confirmed: field === "confirmed" },
          decision: {
            ...{ threatId: `6f1c1f0e-0000-4000-8000-${100_000_000_000 + index}`, field },
            ...{ by: "\u{1f600}".repeat(100), at: "2026-06-10T11:30:00.000000" },
            note: "\u{1f600}".repeat(100),
          },
        }),
      ),
    );
    const most = await analysed(
      { ...signal, customer_name: "Global Finance" },
      [...decided, ...decided].map((each) => ({ ...each, customer: "Global Finance" })),
      {
        incidents,
        intel: [FEED],
        egress: Array.from({ length: 100 }, (_, index) => ({
          timestamp: NOON / 1000,
          source_pod: `${wide}${index}`.slice(-512),
          attempted_destination: `${wide}${index}`.slice(-512),
          blocked_by: "policy",
        })),
      },
    );
    await assertReplays(most);
    assert.ok(most.bytes < 24 * 1024, `${most.bytes} bytes`);
  });

  it("says which rules judged", async () => {
    assert.match(rulesVersion(), /^[0-9a-f]{16}$/);
    assert.equal((await analysed(signalOf("bot_traffic", {}))).record.rules, rulesVersion());
  });
});
