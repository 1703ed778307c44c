import { parseUtc } from "../lib/time";
import type { ThreatAnalysis } from "../types";

/** How many threats the page keeps: the newest ones. */
export const MAX_THREATS = 50;

/** How many threats the server's snapshots hold at most; a shorter one is all there is. */
export const SNAPSHOT_SIZE = 20;

/** What the page knows of threats. */
export interface ThreatsState {
  /** Newest first, each id once, at most {@link MAX_THREATS}. */
  readonly threats: readonly ThreatAnalysis[];
  /** Whether a snapshot has come: an empty list means "none" only then. */
  readonly loaded: boolean;
  /** The threat that came last by itself (not in a snapshot): announced and highlighted. */
  readonly latestId: string | undefined;
}

export type ThreatsAction =
  | { readonly type: "initial_batch"; readonly data: readonly ThreatAnalysis[] }
  | { readonly type: "new_threat"; readonly data: ThreatAnalysis };

export const NO_THREATS: ThreatsState = { threats: [], loaded: false, latestId: undefined };

/** The reducer behind the live list. */
export function threatsReducer(state: ThreatsState, action: ThreatsAction): ThreatsState {
  switch (action.type) {
    case "initial_batch":
      return { ...state, threats: mergeSnapshot(state.threats, action.data), loaded: true };
    case "new_threat":
      return addThreat(state, action.data);
  }
}

/**
 * Takes a snapshot for the truth about the time it covers, and keeps what is known outside of it.
 *
 * Inside that time a known threat that the snapshot lacks is gone on the server (a reset, an empty
 * Redis). Older ones stay only when the snapshot is full, since a shorter one lists everything;
 * newer ones stay, since the snapshot was taken before them.
 */
export function mergeSnapshot(
  known: readonly ThreatAnalysis[],
  snapshot: readonly ThreatAnalysis[],
): ThreatAnalysis[] {
  const first = snapshot[0];
  const last = snapshot.at(-1);
  if (!first || !last) {
    return [];
  }
  const newest = parseUtc(first.created_at);
  const oldest = parseUtc(last.created_at);
  const newer = known.filter((threat) => parseUtc(threat.created_at) > newest);
  // "At the oldest moment" counts as older: a burst may cross the snapshot's edge in one millisecond.
  const older =
    snapshot.length >= SNAPSHOT_SIZE
      ? known.filter((threat) => parseUtc(threat.created_at) <= oldest)
      : [];
  return uniqueById([...newer, ...snapshot, ...older]).slice(0, MAX_THREATS);
}

/** Puts a threat on top. One that is known already (our own trigger's answer, say) stays in place. */
function addThreat(state: ThreatsState, threat: ThreatAnalysis): ThreatsState {
  if (state.threats.some(({ id }) => id === threat.id)) {
    return state;
  }
  return {
    ...state,
    threats: [threat, ...state.threats].slice(0, MAX_THREATS),
    latestId: threat.id,
  };
}

function uniqueById(threats: readonly ThreatAnalysis[]): ThreatAnalysis[] {
  return [...new Map(threats.toReversed().map((threat) => [threat.id, threat])).values()].reverse();
}
