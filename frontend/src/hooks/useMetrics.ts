import { useEffect, useRef, useState } from "react";
import { getMetrics } from "../lib/api";
import type { DashboardMetrics } from "../types";

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
 * @param revision anything that changes when the figures may have.
 * @param onReset called when the all-time count has fallen. It never does by itself: the store was
 *   emptied, which no event tells.
 */
export function useMetrics(revision: unknown, onReset: () => void): Figures {
  const [figures, setFigures] = useState<Figures>({ metrics: undefined, stale: false });
  const asked = useRef({ at: -Infinity, times: 0 });
  const total = useRef(0);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const take = (metrics: DashboardMetrics) => {
      if (metrics.total_threats < total.current) {
        onReset();
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
  }, [revision, onReset]);

  return figures;
}
