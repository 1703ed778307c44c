import type { Agent } from "../agents/agent.js";
import { AGENTS } from "../agents/ruleAgents.js";
import { isDeeper } from "../base/bounded.js";
import type { Clock } from "../base/clock.js";
import type { AgentKey } from "../contract/analysis.js";
import { THREAT_ANALYSIS, type ThreatAnalysis } from "../contract/threat.js";
import type { Taken, VerdictRecord, VerdictReplay } from "../contract/verdictRecord.js";
import { byModel, byRules } from "../model/judged.js";
import { decodeThreat, type StoredThreat } from "../store/documents.js";
import { NOTHING_BLOCKED } from "../threats/egress.js";
import type { Finding, ToldInput } from "../threats/finding.js";
import { NOTHING_BEFORE } from "../threats/lookBack.js";
import { asDecided, CLOSED_BY_SOURCE } from "../threats/triage.js";
import { Coordinator } from "./coordinator.js";
import { decodeRecord, MAX_DEPTH } from "./record.js";
import { rulesVersion } from "./rulesVersion.js";
import type { Seen } from "./seen.js";

/**
 * Judges a threat's signal again, by what its record says was read, answered and at what times. With the rules
 * that made it the result is the same, byte for byte as JSON.
 *
 * @returns the threat as the rules make it now, with what people have decided of it since
 */
export async function replay(
  threat: ThreatAnalysis,
  record: VerdictRecord,
): Promise<ThreatAnalysis> {
  const { taken, onAgentDone } = inTurns(record.agents);
  const coordinator = new Coordinator({ agents: taken, clock: clockOf(record), onAgentDone });
  const fresh = await coordinator.judgeAgain(threat, seenOf(record));
  return asDecided({ ...fresh, ...(record.closed && CLOSED_BY_SOURCE) }, threat);
}

/**
 * What a stored threat's record holds, and whether the rules of this process make the same threat of it.
 *
 * @returns null where the record is not of this threat, or cannot be read
 */
export async function replayStored(
  stored: StoredThreat,
  json: Buffer,
): Promise<VerdictReplay | null> {
  const threat = decodeThreat(stored);
  // Whoever has changed a document by hand may have left anything in it.
  const isWhole = THREAT_ANALYSIS.safeParse(threat).success && !isDeeper(threat, MAX_DEPTH);
  const record = isWhole ? decodeRecord(json, threat) : null;
  if (record === null) {
    return null;
  }
  const again = JSON.stringify(await replay(threat, record));
  const rules = rulesVersion();
  const otherwise = record.rules === rules ? "differs" : "other_rules";
  return {
    ...{ threat_id: threat.id, rules },
    replays: again === stored.json.toString() ? "same" : otherwise,
    record,
  };
}

/** What an analysis read, as its record has it. */
function seenOf({ past, egress = NOTHING_BLOCKED, intel = [], detector }: VerdictRecord): Seen {
  return {
    past: { ...NOTHING_BEFORE, ...past },
    egress,
    intel,
    detectorEnabled: detector !== false,
  };
}

/** A clock that shows the same times again; by other rules, which look more often, at last the last one. */
function clockOf({ started, ticks }: VerdictRecord): Clock {
  const left = [0, ...ticks];
  let micros = started;
  return () => (micros += left.shift() ?? 0) / 1000;
}

/** Agents that find what they found, and are ready in the same order: the times of each depend on it. */
function inTurns(agents: VerdictRecord["agents"] = []): {
  readonly taken: Readonly<Record<AgentKey, Agent>>;
  readonly onAgentDone: () => void;
} {
  const waiting: (() => void)[] = [];
  const turns = agents.map((each, index) => {
    const turn = new Promise<void>((resolve) => waiting.push(resolve));
    const agent: Agent = async (input) => {
      await (index === 0 ? undefined : turn);
      return findingOf(each, input);
    };
    return [each.agent, agent] as const;
  });
  waiting.shift();
  return {
    taken: { ...AGENTS, ...Object.fromEntries(turns) },
    onAgentDone: () => waiting.shift()?.(),
  };
}

function findingOf(taken: Taken, input: ToldInput): Finding {
  const rules = AGENTS[taken.agent](input);
  if ("answer" in taken) {
    return byModel(rules, taken.answer, taken.source);
  }
  if ("fallback" in taken) {
    return byRules(rules, taken.fallback);
  }
  if ("failed" in taken) {
    throw new Error("It failed then, too");
  }
  return "finding" in taken ? taken.finding : rules;
}
