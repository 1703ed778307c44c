import {
  SEVERITY,
  THREAT_TYPES,
  type ThreatSeverity,
  type ThreatType,
} from "../contract/signal.js";
import type { StoredThreat } from "./documents.js";
import { RANK, secondsOf } from "./retention.js";

/** A part of the time, in seconds since the epoch: from then on, and before then. */
export interface TimeRange {
  /** Default since ever. */
  readonly from?: number | undefined;
  /** Default for ever. */
  readonly to?: number | undefined;
}

/** Which threats are counted over time, and how finely. */
export interface HistogramQuery {
  /** In seconds since the epoch. */
  readonly from: number;
  /** Likewise; later. */
  readonly to: number;
  /** Into how many parts of equal length the time is cut. */
  readonly buckets: number;
  /** Whether only those that await review count. */
  readonly waiting: boolean;
  /** Default all types. */
  readonly type?: ThreatType | undefined;
}

/** How many of each severity; those that there are none of are absent. */
export type SeverityCounts = Readonly<Partial<Record<ThreatSeverity, number>>>;

/** The stored threats over time. */
export interface Histogram {
  /** When the oldest of all that are stored was made, in seconds since the epoch; null if none is, or nobody knows. */
  readonly oldest: number | null;
  /** Oldest part first. */
  readonly counts: readonly SeverityCounts[];
}

/** The moments at which parts begin, and at last the one at which the last part ends. */
export function edgesOf({ from, to, buckets }: HistogramQuery): readonly number[] {
  return Array.from({ length: buckets + 1 }, (_, at) => from + ((to - from) * at) / buckets);
}

/** Whether a moment, in seconds since the epoch, is in a part of the time. */
export function isWithin({ from = -Infinity, to = Infinity }: TimeRange, seconds: number): boolean {
  return from <= seconds && seconds < to;
}

/** Adds up how many of which severity were found in which part. What is in no part does not count. */
export function tally(
  buckets: number,
  found: Iterable<readonly [bucket: number, severity: ThreatSeverity, number: number]>,
): readonly SeverityCounts[] {
  const counts = Array.from(
    { length: buckets },
    (): Partial<Record<ThreatSeverity, number>> => ({}),
  );
  for (const [at, severity, number] of found) {
    const bucket = counts[at];
    if (bucket !== undefined && number > 0) {
      bucket[severity] = (bucket[severity] ?? 0) + number;
    }
  }
  return counts;
}

const SEVERITIES = SEVERITY.options;
/** One more for those of other programs. */
const TYPES = THREAT_TYPES.length + 1;
/** Behind all groups: what cannot be shown, since its severity cannot be read. */
export const UNTIMED = 2 * TYPES * SEVERITIES.length * RANK;

/** The place of a group among all: those of one severity and type that await review, or do not. */
function groupOf(severity: number, type: number, waiting: boolean): number {
  return (Number(waiting) * TYPES + type) * SEVERITIES.length + severity;
}

/**
 * The place of a threat in the index over time: by group, then by time, so that those of a group and a part of the
 * time stand beside each other, and are counted without a look at them.
 */
export function timePlace({ past }: Pick<StoredThreat, "past">): number {
  const severity = SEVERITIES.indexOf(past.severity);
  const type = THREAT_TYPES.indexOf(past.threatType);
  const group = groupOf(severity, type < 0 ? THREAT_TYPES.length : type, past.requiresReview);
  // Of what is finer nothing would be left so far up.
  return severity < 0 ? UNTIMED : group * RANK + Math.floor(secondsOf(past) * 1000) / 1000;
}

/** A group that is asked for. */
export interface TimeGroup {
  readonly severity: ThreatSeverity;
  /** The place of its time 0. */
  readonly place: number;
}

/** The groups of which a histogram is made. */
export function groupsOf({ waiting, type }: HistogramQuery): readonly TimeGroup[] {
  const types = type === undefined ? [...Array(TYPES).keys()] : [THREAT_TYPES.indexOf(type)];
  return (waiting ? [true] : [false, true]).flatMap((waits) =>
    types.flatMap((each) =>
      SEVERITIES.map((severity, at) => ({ severity, place: groupOf(at, each, waits) * RANK })),
    ),
  );
}
