import type { Drop, DropReason } from "../contract/dropped.js";
import type { ThreatSeverity } from "../contract/signal.js";
import { brokenBound } from "./brokenBound.js";
import type { StoredThreat } from "./documents.js";

/** How much is kept. */
export interface Limits {
  /** How many threats are stored, whether people have to look at them or not. */
  readonly threats: number;
  /** Seconds after which one that awaits no review is dropped; default never. */
  readonly seconds?: number | undefined;
  /** Bytes of all stored documents and records together; default {@link STORED_SHARE} of the memory. */
  readonly bytes?: number;
  /** How many are kept by id that were dropped while they awaited review; default {@link KEPT}. */
  readonly kept?: number;
  /** Bytes of these; default {@link KEPT_SHARE} of the memory. */
  readonly keptBytes?: number;
}

/** The same with nothing left open. */
export type Bounds = { readonly [K in keyof Limits]-?: NonNullable<Limits[K]> };

/** How many dropped threats are kept by id, and for how long. */
const KEPT = 1000;
export const KEPT_SECONDS = 24 * 60 * 60;
/**
 * Parts of the memory. The rest is for the indexes, for what is remembered of alerts, for events on their
 * way to pods, and for what an allocator rounds up.
 */
const STORED_SHARE = 9 / 16;
const KEPT_SHARE = 1 / 16;
/** The memory of the chart's Redis, by its default limit: taken where nobody tells how much there is. */
const MEMORY = 192 * 1024 * 1024;

/**
 * All bounds.
 *
 * @param memory bytes that there are for everything; 0 where that is not known
 */
export function boundsOf(limits: Limits, memory = 0): Bounds {
  const bytes = memory > 0 ? memory : MEMORY;
  return {
    threats: limits.threats,
    seconds: limits.seconds ?? Number.MAX_SAFE_INTEGER,
    bytes: limits.bytes ?? Math.floor(bytes * STORED_SHARE),
    kept: limits.kept ?? KEPT,
    keptBytes: limits.keptBytes ?? Math.floor(bytes * KEPT_SHARE),
  };
}

/** A drop in one text, under which Redis counts it. */
export function dropName({ kind, severity, reason }: Drop): string {
  return `${kind} ${severity ?? "-"} ${reason}`;
}

/** The drop of a text. */
export function parseDrop(name: string): Drop {
  const [kind, severity, reason] = name.split(" ");
  return { kind, severity: severity === "-" ? null : severity, reason } as Drop;
}

/** From what is dropped first to what is dropped last, of those that await review. */
const SEVERITIES: readonly ThreatSeverity[] = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
/** Wider than any time in seconds: what ranks higher is dropped later, however old it is. */
export const RANK = 1e10;
/** From this place on nothing is dropped: a CRITICAL one that awaits review. */
export const UNTOUCHABLE = SEVERITIES.length * RANK;

/**
 * The place of a threat in the order in which threats are dropped, lowest first: those that await no review,
 * oldest first; then those that do, by severity, and the oldest of each first.
 */
export function dropPlace({ past }: Pick<StoredThreat, "past">): number {
  // Another program's severity counts as the lowest.
  const rank = past.requiresReview ? Math.max(1, SEVERITIES.indexOf(past.severity) + 1) : 0;
  return rank * RANK + secondsOf(past);
}

/** When a threat was made, in seconds since the epoch; 0 where that cannot be read. */
export function secondsOf({ at }: StoredThreat["past"]): number {
  const seconds = at / 1000;
  return seconds > 0 && seconds < RANK ? seconds : 0;
}

/** Why the first in that order has to go; null if all may stay. */
export function reasonToDrop(
  bounds: Bounds,
  stored: { readonly threats: number; readonly bytes: number; readonly first: number },
  nowSeconds: number,
): DropReason | null {
  if (stored.first >= UNTOUCHABLE) {
    return null;
  }
  return brokenBound(
    { ...bounds, count: bounds.threats },
    { count: stored.threats, bytes: stored.bytes, first: stored.first },
    nowSeconds,
  );
}
