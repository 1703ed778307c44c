import { parseUtc } from "../lib/time";
import type { ThreatAnalysis } from "../types";

/** How many threats the page keeps: the newest ones. */
export const MAX_THREATS = 200;

/** How many threats the server's first message on `/ws` holds at most. */
export const BATCH_SIZE = 20;

/** What the page knows of threats. */
export interface ThreatsState {
  /** Newest first, each id once, at most {@link MAX_THREATS}. */
  readonly threats: readonly ThreatAnalysis[];
  /** Whether a snapshot has come: an empty list means "none" only then. */
  readonly loaded: boolean;
  /** The threat that came last by itself (not in a snapshot): announced and highlighted. */
  readonly latestId: string | undefined;
}

/** The server's newest threats at one moment. */
export interface Snapshot {
  /** Newest first. */
  readonly threats: readonly ThreatAnalysis[];
  /** Whether the server has no older ones. */
  readonly complete: boolean;
  /**
   * What the page knew when it asked. What came since then is kept whatever the snapshot says: it
   * may be younger than the snapshot. Absent: everything that is known now was known then.
   */
  readonly knownBefore?: ReadonlySet<string>;
}

export type ThreatsAction =
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "new_threat"; readonly threat: ThreatAnalysis }
  | { readonly type: "threat_updated"; readonly threat: ThreatAnalysis };

export const NO_THREATS: ThreatsState = { threats: [], loaded: false, latestId: undefined };

/** The reducer behind the live list. */
export function threatsReducer(state: ThreatsState, action: ThreatsAction): ThreatsState {
  switch (action.type) {
    case "snapshot":
      return { ...state, threats: mergeSnapshot(state.threats, action.snapshot), loaded: true };
    case "new_threat":
      return addThreat(state, action.threat);
    case "threat_updated":
      return { ...state, threats: newestFirst([action.threat, ...state.threats]) };
  }
}

/**
 * Takes a snapshot for the truth about the time it covers, and keeps what is known outside of it.
 *
 * Inside that time a known threat that the snapshot lacks is gone on the server (a reset, an empty
 * Redis). Older ones stay only when the snapshot is not complete; newer ones stay, since the
 * snapshot was taken before them.
 */
export function mergeSnapshot(
  known: readonly ThreatAnalysis[],
  { threats, complete, knownBefore }: Snapshot,
): ThreatAnalysis[] {
  const newest = threats[0] ? parseUtc(threats[0].created_at) : -Infinity;
  const last = threats.at(-1);
  // "At the oldest moment" counts as older: a burst may cross the snapshot's edge in one millisecond.
  const oldest = last ? parseUtc(last.created_at) : Infinity;
  const kept = known.filter(({ id, created_at }) => {
    const time = parseUtc(created_at);
    return (
      (knownBefore !== undefined && !knownBefore.has(id)) ||
      (threats.length > 0 && time > newest) ||
      (!complete && time <= oldest)
    );
  });
  return newestFirst([...threats, ...kept]);
}

/** Adds a threat. One that is known already (our own trigger's answer, say) stays as it is. */
function addThreat(state: ThreatsState, threat: ThreatAnalysis): ThreatsState {
  if (state.threats.some(({ id }) => id === threat.id)) {
    return state;
  }
  return {
    ...state,
    threats: newestFirst([threat, ...state.threats]),
    latestId: threat.id,
  };
}

/** Sorted, each id once (its newest version, of equal ones the first), and no more than the page keeps. */
function newestFirst(threats: readonly ThreatAnalysis[]): ThreatAnalysis[] {
  const byId = new Map<string, ThreatAnalysis>();
  for (const threat of threats.toReversed()) {
    const other = byId.get(threat.id);
    if (other === undefined || other.version <= threat.version) {
      byId.set(threat.id, threat);
    }
  }
  // The sort is stable: threats of the same millisecond stay in the order in which they came.
  return [...byId.values()]
    .reverse()
    .sort((a, b) => parseUtc(b.created_at) - parseUtc(a.created_at))
    .slice(0, MAX_THREATS);
}
