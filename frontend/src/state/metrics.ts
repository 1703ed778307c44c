import { SEVERITIES, type Severity, type ThreatAnalysis } from "../types";

/** The figures on the cards, over the threats that the page holds. */
export interface Metrics {
  readonly threats: number;
  readonly customers: number;
  readonly needsReview: number;
  readonly critical: number;
  /** Mean time of one analysis in ms; undefined without threats. */
  readonly averageMs: number | undefined;
}

/** One bar of a breakdown. */
export interface Share<K extends string> {
  readonly key: K;
  readonly count: number;
  /** 0 to 1, of all. */
  readonly fraction: number;
}

export function computeMetrics(threats: readonly ThreatAnalysis[]): Metrics {
  const total = threats.reduce((sum, threat) => sum + threat.total_processing_time_ms, 0);
  return {
    threats: threats.length,
    customers: new Set(threats.map((threat) => threat.signal.customer_name)).size,
    needsReview: threats.filter((threat) => threat.requires_human_review).length,
    critical: threats.filter((threat) => threat.severity === "CRITICAL").length,
    averageMs: threats.length > 0 ? total / threats.length : undefined,
  };
}

/** Every severity, worst first, those without a threat included. */
export function severityShares(threats: readonly ThreatAnalysis[]): Share<Severity>[] {
  return SEVERITIES.map((key) =>
    share(key, threats.filter((threat) => threat.severity === key).length, threats.length),
  );
}

/** The threat types that occur, most frequent first. */
export function typeShares(threats: readonly ThreatAnalysis[]): Share<string>[] {
  const counts = new Map<string, number>();
  for (const { signal } of threats) {
    counts.set(signal.threat_type, (counts.get(signal.threat_type) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, n]) => share(key, n, threats.length))
    .sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}

function share<K extends string>(key: K, n: number, total: number): Share<K> {
  return { key, count: n, fraction: total > 0 ? n / total : 0 };
}
