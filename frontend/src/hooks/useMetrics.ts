import { useEffect, useRef, useState } from "react";
import { getMetrics } from "../lib/api";
import { sum } from "../state/analytics";
import type { DashboardMetrics, ThreatAnalysis } from "../types";

/** The shortest time between two requests, in ms: a burst of threats must not become one of requests. */
const MIN_INTERVAL_MS = 1000;

/** The longest, in ms: figures can change without an event that tells, as by a reset. */
const MAX_INTERVAL_MS = 30_000;

/** The backend's figures, which know of more threats than the page holds. */
export interface Figures {
  /** Undefined until the backend has given any. */
  readonly metrics: DashboardMetrics | undefined;
  /** Whether the last attempt to get newer ones failed. */
  readonly stale: boolean;
}

/**
 * Keeps the backend's figures up to date.
 *
 * @param threats what the page lists: the figures may change with it.
 * @param onFewer called when the backend has fewer than that, which no event tells: it dropped some, or was
 *   emptied, which shows in the all-time count that never falls otherwise.
 */
export function useMetrics(threats: readonly ThreatAnalysis[], onFewer: () => void): Figures {
  const [figures, setFigures] = useState<Figures>({ metrics: undefined, stale: false });
  const asked = useRef({ at: -Infinity, times: 0 });
  const total = useRef(0);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const take = (metrics: DashboardMetrics) => {
      const stored = sum(metrics.threats_by_severity);
      if (metrics.total_threats < total.current || stored < threats.length) {
        onFewer();
      }
      total.current = metrics.total_threats;
      setFigures({ metrics, stale: false });
    };
    const ask = () => {
      const times = asked.current.times + 1;
      asked.current = { at: performance.now(), times };
      const isLatest = () => times === asked.current.times;
      getMetrics().then(
        (metrics) => isLatest() && take(metrics),
        () => isLatest() && setFigures(({ metrics }) => ({ metrics, stale: true })),
      );
      timer = setTimeout(ask, MAX_INTERVAL_MS);
    };
    const since = performance.now() - asked.current.at;
    timer = setTimeout(ask, Math.max(0, MIN_INTERVAL_MS - since));
    return () => clearTimeout(timer);
  }, [threats, onFewer]);

  return figures;
}
