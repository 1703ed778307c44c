import { parseUtc } from "../lib/time";
import type { ServerMessage, ThreatAnalysis } from "../types";
import { isInScope, type Scope } from "./filters";

/** How many threats the page keeps unless its reader asks for older ones: the newest. */
export const MAX_THREATS = 200;

/** How many the page keeps of those that wait for review, likewise: worst first, so all should be there. */
export const MAX_WAITING = 500;

/** How many threats the server's first message on `/ws` holds at most. */
export const BATCH_SIZE = 20;

/** What the page knows of threats. */
export interface ThreatsState {
  /** Newest first, each id once, at most `limit`. */
  readonly threats: readonly ThreatAnalysis[];
  /** {@link MAX_THREATS}, and more once older ones were read. */
  readonly limit: number;
  /** Whether the server has no older ones, as far as is known. */
  readonly complete: boolean;
  /** Whether a snapshot has come: an empty list means "none" only then. */
  readonly loaded: boolean;
  /** What came by itself (not in a snapshot) since the page was opened. */
  readonly arrivals: Arrivals;
}

/** What has come by itself so far. */
export interface Arrivals {
  readonly total: number;
  readonly critical: number;
  /** The last of them: announced and highlighted. */
  readonly latest: ThreatAnalysis | undefined;
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
  /** Whether it begins with the newest that there was when the page asked: a known one that is newer is gone. */
  readonly fromNewest?: boolean;
}

export type ThreatsAction =
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "older"; readonly snapshot: Snapshot }
  | { readonly type: "gone"; readonly id: string }
  | { readonly type: "anew"; readonly none: ThreatsState }
  | { readonly type: "events"; readonly events: readonly ThreatEvent[] };

/** What the server tells of one threat. */
export type ThreatEvent = Extract<
  ServerMessage,
  { readonly type: "new_threat" | "threat_updated" }
>;

/** Nothing has come by itself yet. */
export const NO_ARRIVALS: Arrivals = { total: 0, critical: 0, latest: undefined };

/** What the page knows of the live list before anything has come. */
export const NO_THREATS: ThreatsState = {
  threats: [],
  limit: MAX_THREATS,
  complete: false,
  loaded: false,
  arrivals: NO_ARRIVALS,
};

/** What the page knows of a scope before it was read. */
export function nothingOf({ review }: Scope): ThreatsState {
  return review ? { ...NO_THREATS, limit: MAX_WAITING } : NO_THREATS;
}

/**
 * The reducer behind the review queue, or what was made in a part of the time. What waits no more stays until the next
 * snapshot, as it is by now: its row may be under somebody's hand.
 */
export function scopeReducer(
  state: ThreatsState,
  action: ThreatsAction,
  scope: Scope,
): ThreatsState {
  if (action.type !== "events") {
    return threatsReducer(state, action);
  }
  const known = new Set(state.threats.map(({ id }) => id));
  const events = action.events.filter(({ data }) => known.has(data.id) || isInScope(data, scope));
  return threatsReducer(state, { type: "events", events });
}

/** The reducer behind the live list. */
export function threatsReducer(state: ThreatsState, action: ThreatsAction): ThreatsState {
  switch (action.type) {
    case "snapshot":
      return applySnapshot(state, action.snapshot);
    case "older": {
      const threats = mergeSnapshot(state.threats, action.snapshot);
      const limit = Math.max(state.limit, threats.length);
      return { ...state, threats, limit, complete: action.snapshot.complete };
    }
    case "gone":
      return { ...state, threats: state.threats.filter(({ id }) => id !== action.id) };
    case "anew":
      return action.none;
    case "events":
      return applyEvents(state, action.events);
  }
}

function applySnapshot(state: ThreatsState, snapshot: Snapshot): ThreatsState {
  const merged = mergeSnapshot(state.threats, snapshot);
  // One that met nothing of what was known may have left a gap below it.
  const met = merged.length > snapshot.threats.length;
  return { ...trimmed(state, merged, snapshot.complete || (state.complete && met)), loaded: true };
}

/** A state with these threats, as far as the page keeps them. */
function trimmed(
  state: ThreatsState,
  threats: readonly ThreatAnalysis[],
  complete: boolean,
): ThreatsState {
  const { limit } = state;
  return {
    ...state,
    threats: threats.slice(0, limit),
    complete: complete && threats.length <= limit,
  };
}

/**
 * Takes a snapshot for the truth about the time it covers, and keeps what is known outside of it.
 *
 * Inside that time a known threat that the snapshot lacks is gone on the server (a reset, an empty
 * Redis). Older ones stay only when the snapshot is not complete; newer ones stay, since the
 * snapshot was taken before them, unless it was asked for after them.
 */
export function mergeSnapshot(
  known: readonly ThreatAnalysis[],
  { threats, complete, knownBefore, fromNewest = false }: Snapshot,
): ThreatAnalysis[] {
  const newest = threats[0] ? parseUtc(threats[0].created_at) : -Infinity;
  const last = threats.at(-1);
  // "At the oldest moment" counts as older: a burst may cross the snapshot's edge in one millisecond.
  const oldest = last ? parseUtc(last.created_at) : Infinity;
  const kept = known.filter(({ id, created_at }) => {
    const time = parseUtc(created_at);
    return (
      (knownBefore !== undefined && !knownBefore.has(id)) ||
      (!fromNewest && threats.length > 0 && time > newest) ||
      (!complete && time <= oldest)
    );
  });
  return newestFirst([...threats, ...kept]);
}

/** Takes events together. A new threat that is known already (our own trigger's answer, say) stays as it is. */
function applyEvents(state: ThreatsState, events: readonly ThreatEvent[]): ThreatsState {
  const known = new Set(state.threats.map(({ id }) => id));
  const taken: ThreatAnalysis[] = [];
  const arrived: ThreatAnalysis[] = [];
  for (const { type, data: threat } of events) {
    if (type === "threat_updated") {
      taken.push(threat);
    } else if (!known.has(threat.id)) {
      known.add(threat.id);
      taken.push(threat);
      arrived.push(threat);
    }
  }
  if (taken.length === 0) {
    return state;
  }
  return {
    ...trimmed(state, newestFirst([...taken.reverse(), ...state.threats]), state.complete),
    arrivals: arrived.length > 0 ? countArrivals(state.arrivals, arrived) : state.arrivals,
  };
}

function countArrivals(
  { total, critical, latest }: Arrivals,
  arrived: readonly ThreatAnalysis[],
): Arrivals {
  return {
    total: total + arrived.length,
    critical: critical + arrived.filter(({ severity }) => severity === "CRITICAL").length,
    latest: arrived.at(-1) ?? latest,
  };
}

/** Sorted, each id once: its newest version, of equal ones the first. */
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
    .map((threat) => ({ threat, time: parseUtc(threat.created_at) }))
    .sort((a, b) => b.time - a.time)
    .map(({ threat }) => threat);
}
