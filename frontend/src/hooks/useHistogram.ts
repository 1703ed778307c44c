import { useCallback } from "react";
import { getHistogram } from "../lib/api";
import type { Filters } from "../state/filters";
import type { Counted, Grid } from "../state/timeline";
import type { ThreatAnalysis } from "../types";
import { usePolled } from "./usePolled";

/** Counts over all that is stored, and the bars that they are for. */
export interface StoredCounts extends Counted {
  readonly filters: Pick<Filters, "review" | "type">;
}

/**
 * Keeps the backend's counts over time up to date.
 *
 * @param grid the bars of which they are wanted.
 * @param filters with a text there are none, since the backend cannot search.
 * @param threats the counts may change with it.
 * @returns counts for these filters, maybe still for other bars; undefined without any, and once they cannot be had.
 */
export function useHistogram(
  { from, step, bars }: Grid,
  { review, type, text }: Pick<Filters, "review" | "type" | "text">,
  threats: readonly ThreatAnalysis[],
): StoredCounts | undefined {
  const ask = useCallback(async (): Promise<StoredCounts> => {
    // One more, for what the server stamps ahead of the viewer's clock.
    const { oldest, buckets } = await getHistogram(from, from + (bars + 1) * step, bars + 1, {
      review,
      type,
    });
    return {
      ...{ from, step, bars, filters: { review, type } },
      oldest: oldest === null ? undefined : oldest * 1000,
      counts: buckets.map(({ counts }) => counts),
    };
  }, [from, step, bars, review, type]);
  const searched = text.trim() !== "";
  const { value, stale } = usePolled(searched ? undefined : ask, threats);
  const fits = value?.filters.review === review && value.filters.type === type;
  return searched || stale || !fits ? undefined : value;
}
