import { useCallback, useRef } from "react";
import { getMetrics } from "../lib/api";
import { sum } from "../state/analytics";
import type { DashboardMetrics, ThreatAnalysis } from "../types";
import { usePolled, type Polled } from "./usePolled";

/**
 * Keeps the backend's figures up to date, which know of more threats than the page holds.
 *
 * @param threats what the page lists: the figures may change with it.
 * @param onFewer called when the backend has fewer than that, which no event tells: it dropped some, or was
 *   emptied, which shows in the all-time count that never falls otherwise.
 */
export function useMetrics(
  threats: readonly ThreatAnalysis[],
  onFewer: () => void,
): Polled<DashboardMetrics> {
  const total = useRef(0);
  const compare = useCallback(
    (metrics: DashboardMetrics) => {
      const stored = sum(metrics.threats_by_severity);
      if (metrics.total_threats < total.current || stored < threats.length) {
        onFewer();
      }
      total.current = metrics.total_threats;
    },
    [threats, onFewer],
  );
  return usePolled(getMetrics, threats, compare);
}
