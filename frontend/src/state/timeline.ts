import { parseUtc } from "../lib/time";
import { SEVERITIES, type SeverityCounts, type Severity, type ThreatAnalysis } from "../types";

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

/** The bars of the axis: when the first one begins (epoch ms), how wide each is in ms, and how many there are. */
export interface Grid {
  readonly from: number;
  readonly step: number;
  readonly bars: number;
}

/** How many threats there are in each bar. */
export interface Counted extends Grid {
  /** Oldest bar first. */
  readonly counts: readonly SeverityCounts[];
  /** When the oldest of all was made, in epoch ms; undefined without any. */
  readonly oldest: number | undefined;
}

/** One bar of the axis: what came from one moment (epoch ms) up to another one. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly total: number;
  readonly counts: SeverityCounts;
}

/**
 * The bars of a range. They begin at whole times, so that they stay where they are while time goes on; the last one is
 * the one that has just begun.
 *
 * @param most how many bars there is room for
 * @param oldest when what is shown begins where the range has no beginning, in epoch ms; default now
 */
export function gridOf(range: RangeKey, nowMs: number, most: number, oldest = nowMs): Grid {
  const span = RANGES.find(({ key }) => key === range)?.ms ?? Math.max(0, nowMs - oldest);
  const step = STEPS.find((each) => span / each <= most - 1) ?? Math.ceil(span / (most - 1));
  const bars = Math.ceil(span / step) + 1;
  return { from: (Math.floor(nowMs / step) - bars + 1) * step, step, bars };
}

/** When the oldest of some threats was made, in epoch ms; undefined without any whose time can be read. */
export function oldestOf(threats: readonly ThreatAnalysis[]): number | undefined {
  const times = threats.map((threat) => parseUtc(threat.created_at));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? known.reduce((least, time) => Math.min(least, time)) : undefined;
}

/** Counts threats that the page has. What the server stamps ahead of the viewer's clock is in the last bar. */
export function countListed(threats: readonly ThreatAnalysis[], grid: Grid): Counted {
  const counts = Array.from({ length: grid.bars }, (): Partial<Record<Severity, number>> => ({}));
  for (const { severity, created_at } of threats) {
    const at = Math.floor((parseUtc(created_at) - grid.from) / grid.step);
    const bar = counts[Math.min(at, grid.bars - 1)];
    if (bar) {
      bar[severity] = (bar[severity] ?? 0) + 1;
    }
  }
  return { ...grid, counts, oldest: oldestOf(threats) };
}

/** Whether counts are for bars of this width: they may have been made before the last one began. */
export function isFor({ step }: Grid, counted: Counted): boolean {
  return counted.step === step;
}

/** Counts together. */
function sumOf(counts: readonly SeverityCounts[]): SeverityCounts {
  const entries = SEVERITIES.map(
    (severity) => [severity, counts.reduce((sum, each) => sum + (each[severity] ?? 0), 0)] as const,
  );
  return Object.fromEntries(entries.filter(([, n]) => n > 0));
}

/**
 * The bars with what is counted in each; the last one has what is counted behind it, too.
 *
 * @param severities those of interest; none means all
 */
export function bucketsOf(
  grid: Grid,
  counted: Counted,
  severities: readonly Severity[],
): readonly Bucket[] {
  const wanted = severities.length > 0 ? severities : SEVERITIES;
  return Array.from({ length: grid.bars }, (_, bar) => {
    const from = grid.from + bar * grid.step;
    const at = Math.round((from - counted.from) / counted.step);
    const isLast = bar === grid.bars - 1;
    const found = isLast
      ? sumOf(counted.counts.slice(Math.max(0, at)))
      : (counted.counts[at] ?? {});
    const counts = Object.fromEntries(
      wanted.flatMap((severity) => (found[severity] ? [[severity, found[severity]]] : [])),
    ) as SeverityCounts;
    const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
    return { from, to: from + grid.step, total, counts };
  });
}
