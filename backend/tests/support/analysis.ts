import type { ToldInput } from "../../src/threats/finding.js";
import type { Clock } from "../../src/base/clock.js";
import { Coordinator } from "../../src/service/coordinator.js";
import type { Circumstances } from "../../src/service/seen.js";
import { seededRandom } from "../../src/base/random.js";
import { proofsIn } from "../../src/threats/artefacts.js";
import { customerProfile } from "../../src/threats/customers.js";
import { factsOf } from "../../src/threats/facts.js";
import { generateSignal } from "../../src/threats/generator.js";
import type { PastThreat } from "../../src/threats/history.js";
import { lookBack } from "../../src/threats/lookBack.js";
import type { Metadata, ThreatSignal, ThreatType } from "../../src/contract/signal.js";
import type { ThreatAnalysis } from "../../src/contract/threat.js";

/** A Wednesday in June, at noon: no planned work, no season. */
export const NOON = Date.UTC(2026, 5, 10, 12);

/** A clock that goes on by a millisecond at each look. */
export function testClock(): Clock {
  let now = NOON;
  return () => (now += 1);
}

/** A signal with chosen facts; CloudWorks has no circumstances of its own. */
export function signalOf(
  type: ThreatType,
  metadata: Metadata,
  customer = "CloudWorks",
): ThreatSignal {
  return {
    ...generateSignal(seededRandom(1), NOON, type),
    customer_name: customer,
    metadata,
  };
}

/** A bot attack of a minute ago. */
export function past(overrides: Partial<PastThreat> = {}): PastThreat {
  return {
    threatType: "bot_traffic",
    customer: "CloudWorks",
    sourceIp: "198.51.100.1",
    severity: "MEDIUM",
    falsePositive: false,
    requiresReview: false,
    at: NOON - 60_000,
    ...overrides,
  };
}

/** What a sensor says of a machine that is taken over, a different sign each. */
export const SIGNS = [
  "security agent stopped",
  "credential dump tool seen",
  "large upload to a new host",
  "ransom note written",
];

/** What the agents get for a signal. */
export function inputOf(signal: ThreatSignal, history: readonly PastThreat[] = []): ToldInput {
  return {
    signal,
    facts: factsOf(signal.metadata),
    proofs: proofsIn(signal),
    profile: customerProfile(signal.customer_name),
    past: lookBack(signal, history, NOON),
    history,
    intel: [],
    now: NOON,
  };
}

/** A repeatable analysis. */
export function analyze(
  signal: ThreatSignal,
  history: readonly PastThreat[] = [],
  circumstances: Circumstances = {},
): Promise<ThreatAnalysis> {
  const coordinator = new Coordinator({ clock: testClock(), random: seededRandom(7) });
  return coordinator.analyze(signal, history, circumstances);
}
