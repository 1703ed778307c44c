import { SEVERITIES, type DashboardMetrics, type Severity, type ThreatAnalysis } from "../types";

/** One bar of a breakdown. */
export interface Share<K extends string> {
  readonly key: K;
  readonly count: number;
  /** 0 to 1, of all. */
  readonly fraction: number;
}

/** The backend's figures as the page can count them itself, over the threats that it holds. */
export function countThreats(threats: readonly ThreatAnalysis[]): DashboardMetrics {
  const time = threats.reduce((sum, threat) => sum + threat.total_processing_time_ms, 0);
  return {
    total_threats: threats.length,
    customers_affected: new Set(threats.map((threat) => threat.signal.customer_name)).size,
    average_processing_time_ms: threats.length > 0 ? Math.floor(time / threats.length) : 0,
    threats_requiring_review: threats.filter((threat) => threat.requires_human_review).length,
    dropped: { awaiting_review: 0 },
    quarantine: { kept: 0, fallen_out: 0 },
    threats_by_type: tally(threats.map((threat) => threat.signal.threat_type)),
    threats_by_severity: tally(threats.map((threat) => threat.severity)),
  };
}

/** Every severity, worst first, those without a threat included. */
export function severityShares(counts: DashboardMetrics["threats_by_severity"]): Share<Severity>[] {
  return shares(SEVERITIES.map((key) => [key, counts[key] ?? 0] as const));
}

/** The threat types that occur, most frequent first. */
export function typeShares(counts: DashboardMetrics["threats_by_type"]): Share<string>[] {
  return shares(Object.entries(counts).filter(([, n]) => n > 0)).sort(
    (a, b) => b.count - a.count || a.key.localeCompare(b.key),
  );
}

/** How many threats a breakdown is over. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}

function shares<K extends string>(entries: readonly (readonly [K, number])[]): Share<K>[] {
  const total = entries.reduce((all, [, n]) => all + n, 0);
  return entries.map(([key, n]) => ({ key, count: n, fraction: total > 0 ? n / total : 0 }));
}

function tally(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) {
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
