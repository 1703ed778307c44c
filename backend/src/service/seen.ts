import type { EgressViolation } from "../contract/requests.js";
import type { EgressSeen, LookedBack } from "../contract/seen.js";
import type { IntelMatch, ThreatSignal } from "../contract/signal.js";
import { lookOut, NOTHING_BLOCKED } from "../threats/egress.js";
import type { PastThreat } from "../threats/history.js";
import { lookBack } from "../threats/lookBack.js";

/** What one analysis is told besides the signal and the history; all of it may be left out. */
export interface Circumstances {
  /** Incidents that this analysis alone knows of, newest first. An adversarial scenario plants some. */
  readonly incidents?: readonly PastThreat[];
  /** Connections to the outside that were blocked within the last hour; the newest 100 are enough. */
  readonly egress?: readonly EgressViolation[];
  /** What intelligence feeds say of the signal, besides the built-in list. */
  readonly intel?: readonly IntelMatch[];
  /** Whether to look for attempts to mislead the agents. Default true. */
  readonly detectorEnabled?: boolean;
  /** The trace that the analysis is part of, if it is recorded. Default null. */
  readonly traceId?: string | null;
  /** The id of the threat, where it is known before. Default a new one. */
  readonly threatId?: string;
}

/** All that an analysis reads besides the signal, the clock and what models answer. */
export interface Seen {
  readonly past: LookedBack;
  readonly egress: EgressSeen;
  /** What feeds say of the signal, besides the built-in list. */
  readonly intel: readonly IntelMatch[];
  readonly detectorEnabled: boolean;
}

/**
 * Reads from what is known what the analysis of a signal takes of it.
 *
 * @param history newest first
 * @param now milliseconds since the epoch
 */
export function look(
  signal: ThreatSignal,
  history: readonly PastThreat[],
  { egress, intel = [], detectorEnabled = true }: Circumstances,
  now: number,
): Seen {
  return {
    past: lookBack(signal, history, now),
    egress: egress === undefined ? NOTHING_BLOCKED : lookOut(signal, egress, now),
    intel,
    detectorEnabled,
  };
}
