import { parseUtc } from "../lib/time";
import { SEVERITIES, type Severity, type ThreatAnalysis } from "../types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the time axis can show, each with how far back it reaches, in ms, as its menu shows them. */
export const RANGES = [
  { key: "1h", name: "1 h", ms: HOUR },
  { key: "24h", name: "24 h", ms: DAY },
  { key: "7d", name: "7 d", ms: 7 * DAY },
  { key: "all", name: "All", ms: undefined },
] as const;
export type RangeKey = (typeof RANGES)[number]["key"];

/** How wide a bar of the axis may be, in ms: times that people count in. */
const STEPS = [
  ...[1, 3, 6, 15, 30].map((n) => n * MINUTE),
  ...[1, 3, 8].map((n) => n * HOUR),
  ...[1, 7, 30, 90, 365].map((n) => n * DAY),
];

/** One bar of the axis: what came from one moment (epoch ms) up to another one. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly total: number;
  readonly counts: Readonly<Partial<Record<Severity, number>>>;
}

/**
 * The threats over time, oldest bar first. Bars begin at whole times, so that they stay where they are while time
 * goes on; what the server stamps ahead of the viewer's clock is in the last one.
 *
 * @param most how many bars there is room for
 */
export function timeline(
  threats: readonly ThreatAnalysis[],
  range: RangeKey,
  nowMs: number,
  most: number,
): readonly Bucket[] {
  const times = threats.map((threat) => parseUtc(threat.created_at));
  const oldest = times.reduce((least, time) => (time < least ? time : least), nowMs);
  const span = RANGES.find(({ key }) => key === range)?.ms ?? nowMs - oldest;
  // One bar is the one that has just begun.
  const step = STEPS.find((each) => span / each <= most - 1) ?? Math.ceil(span / (most - 1));
  const last = Math.floor(nowMs / step);
  const bars = Math.ceil(span / step) + 1;
  const counts = Array.from({ length: bars }, (): Partial<Record<Severity, number>> => ({}));
  threats.forEach(({ severity }, at) => {
    const back = Math.max(0, last - Math.floor((times[at] ?? NaN) / step));
    const bar = counts[bars - 1 - back];
    if (bar) {
      bar[severity] = (bar[severity] ?? 0) + 1;
    }
  });
  return counts.map((each, at) => {
    const from = (last - bars + 1 + at) * step;
    const total = SEVERITIES.reduce((sum, severity) => sum + (each[severity] ?? 0), 0);
    return { from, to: from + step, total, counts: each };
  });
}
