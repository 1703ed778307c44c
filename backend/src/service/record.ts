import { AGENTS } from "../agents/ruleAgents.js";
import type { Outcome } from "../agents/run.js";
import type { Agent } from "../agents/agent.js";
import { isDeeper, MAX_LEVELS } from "../base/bounded.js";
import { isoMicros, type Clock } from "../base/clock.js";
import type { AgentKey } from "../contract/analysis.js";
import type { LookedBack } from "../contract/seen.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import { VERDICT_RECORD, type Taken, type VerdictRecord } from "../contract/verdictRecord.js";
import { parseJson } from "../store/reading.js";
import { NOTHING_BLOCKED } from "../threats/egress.js";
import { NOTHING_BEFORE } from "../threats/lookBack.js";
import { rulesVersion } from "./rulesVersion.js";
import type { Seen } from "./seen.js";

const NOTHING_SEEN: Seen = {
  past: NOTHING_BEFORE,
  egress: NOTHING_BLOCKED,
  intel: [],
  detectorEnabled: true,
};

/** Writes down, while a signal is analysed, what its verdict is made of. */
export class Recorder {
  readonly #readings: number[] = [];
  readonly #taken: Taken[] = [];
  #seen: Seen = NOTHING_SEEN;

  constructor(private readonly source: Clock) {}

  /** The clock, each look at which is written down. */
  readonly clock: Clock = () => {
    const now = this.source();
    this.#readings.push(now);
    return now;
  };

  /** Writes down what is read of what is known. */
  see(seen: Seen): Seen {
    this.#seen = seen;
    return seen;
  }

  /** Writes down that an agent is ready, and how it came to its finding. */
  take(key: AgentKey, agent: Agent, outcome: Outcome): void {
    this.#taken.push(agent === AGENTS[key] ? { agent: key, rules: true } : taken(key, outcome));
  }

  /**
   * What was written down, as JSON.
   *
   * @param closed whether the source has said that it is over
   */
  encode(closed: boolean): Buffer {
    const micros = this.#readings.map((ms) => Math.round(ms * 1000));
    const { past, egress, intel, detectorEnabled } = this.#seen;
    const record: VerdictRecord = {
      rules: rulesVersion(),
      started: micros[0] ?? 0,
      ticks: micros.slice(1).map((at, before) => at - (micros[before] ?? at)),
      past: notable(past),
      ...(egress !== NOTHING_BLOCKED && { egress }),
      ...(intel.length > 0 && { intel }),
      ...(!detectorEnabled && { detector: false }),
      ...(this.#taken.some((each) => !("rules" in each)) && { agents: this.#taken }),
      ...(closed && { closed }),
    };
    return Buffer.from(JSON.stringify(record));
  }
}

/** What is not as where nothing has happened before: most of it mostly is. */
function notable(past: LookedBack): Partial<LookedBack> {
  const kept: Partial<Record<keyof LookedBack, unknown>> = {};
  for (const [key, value] of Object.entries(past) as [keyof LookedBack, unknown][]) {
    if (sizeOf(value) > 0) {
      kept[key] = value;
    }
  }
  return kept as Partial<LookedBack>;
}

/** How many threats a part of that is about. */
function sizeOf(value: unknown): number {
  return Array.isArray(value)
    ? value.length
    : typeof value === "number"
      ? value
      : (value as { readonly count: number }).count;
}

function taken(agent: AgentKey, { finding, error }: Outcome): Taken {
  const { fallback, ruleRisk, ...own } = finding;
  if (error !== undefined) {
    return { agent, failed: true };
  }
  if (fallback !== undefined) {
    return { agent, fallback };
  }
  if (ruleRisk === undefined) {
    return { agent, finding: own };
  }
  // What the rules found beside it they find again.
  const { evidence: _, sources, ...answer } = own;
  return { agent, source: sources.at(-1) ?? "", answer };
}

/** Deeper than anything that is written: it could be read, and not be written again. */
export const MAX_DEPTH = 2 * MAX_LEVELS;

/** Whether all its times can be told, and no agent waits for a turn that never comes since another has it twice. */
function isPlayable({ started, ticks, agents = [] }: VerdictRecord): boolean {
  const reach = ticks.reduce((sum, tick) => sum + Math.abs(tick), Math.abs(started));
  return (
    Number.isSafeInteger(reach) && new Set(agents.map(({ agent }) => agent)).size === agents.length
  );
}

/**
 * The record in some bytes; null for what is none of the given threat, whatever it is: an older backend that judged
 * it anew has left the one of the time before.
 */
export function decodeRecord(json: Buffer, threat: ThreatAnalysis): VerdictRecord | null {
  const value = parseJson(json);
  if (!VERDICT_RECORD.safeParse(value).success || isDeeper(value, MAX_DEPTH)) {
    return null;
  }
  const record = value as VerdictRecord;
  if (!isPlayable(record)) {
    return null;
  }
  // The first step of every analysis is written down at the second look at the clock.
  const begun = isoMicros((record.started + (record.ticks[0] ?? 0)) / 1000);
  const steps = threat.investigation_timeline?.events ?? [];
  return steps.some(({ timestamp }) => timestamp === begun) ? record : null;
}
