import type { Agent } from "../src/agents/agent.js";
import { seededRandom } from "../src/base/random.js";
import type { AgentKey } from "../src/contract/analysis.js";
import type { ThreatSignal } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { Coordinator, type CoordinatorOptions } from "../src/service/coordinator.js";
import { pastThreat, type PastThreat } from "../src/threats/history.js";
import { decide } from "../src/threats/triage.js";
import type { Case } from "./corpus.js";
import type { Before } from "./template.js";

/** Who looks at a signal, each for something else. */
export type Agents = Readonly<Record<AgentKey, Agent>>;

/** What judges signals; what is left out is as in the program. */
export type Judges = Pick<CoordinatorOptions, "agents" | "detect">;

/** A signal and what the analysis made of it. */
export interface Judged {
  readonly judged: Case;
  readonly threat: ThreatAnalysis;
  /** What the analysis was told of before. */
  readonly history: readonly PastThreat[];
}

const NOON = Date.UTC(2026, 5, 10, 12);
const HOUR_MS = 3_600_000;
const DECIDED_AT = "2026-06-10T11:30:00.000000";

/**
 * Judges a signal with what came before it, always with the same clock and ids.
 *
 * @param instead what comes after that in its place
 */
export async function judge(
  judged: Case,
  judges: Judges = {},
  instead = judged.signal,
): Promise<Judged> {
  const { signal, template } = judged;
  const history = template.before === undefined ? [] : await historyOf(signal, template.before);
  return { judged, threat: await analyze(instead, history, judges), history };
}

/** Judges every signal for itself. */
export async function judgeAll(
  cases: readonly Case[],
  judges?: Judges,
): Promise<readonly Judged[]> {
  const results: Judged[] = [];
  for (const judged of cases) {
    results.push(await judge(judged, judges));
  }
  return results;
}

function analyze(
  signal: ThreatSignal,
  history: readonly PastThreat[],
  judges: Judges,
  at = NOON,
  seed = 7,
): Promise<ThreatAnalysis> {
  let now = at;
  const clock = () => (now += 1);
  return new Coordinator({ ...judges, clock, random: seededRandom(seed) }).analyze(signal, history);
}

/** The same alert as often before, each judged by what came before it, and decided by a person where one did. */
async function historyOf(
  signal: ThreatSignal,
  { times, decided }: Before,
): Promise<readonly PastThreat[]> {
  const history: PastThreat[] = [];
  for (let count = times; count > 0; count -= 1) {
    const threat = await analyze(signal, history, {}, NOON - count * HOUR_MS, count);
    const asked = {
      false_positive: { status: "false_positive" },
      confirmed: { confirmed: true },
    } as const;
    history.unshift(
      pastThreat(
        decided === null
          ? threat
          : decide(threat, { version: threat.version, ...asked[decided] }, "Ada", DECIDED_AT),
      ),
    );
  }
  return history;
}
