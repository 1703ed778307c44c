import { useCallback, useState } from "react";
import type { ThreatAnalysis } from "../types";

/** A list that its reader can hold still. */
export interface Hold {
  /** What to show. */
  readonly visible: readonly ThreatAnalysis[];
  readonly held: boolean;
  /** How many came since, and are not shown. */
  readonly waiting: number;
  readonly toggle: () => void;
}

/** Lets the reader stop new threats from moving the list (WCAG 2.2, 2.2.2), and let them in later. */
export function useHold(all: readonly ThreatAnalysis[], shown: readonly ThreatAnalysis[]): Hold {
  const [held, setHeld] = useState<ReadonlySet<string>>();
  const toggle = useCallback(
    () => setHeld((now) => (now ? undefined : new Set(all.map(({ id }) => id)))),
    [all],
  );
  const visible = held ? shown.filter(({ id }) => held.has(id)) : shown;
  return { visible, held: held !== undefined, waiting: shown.length - visible.length, toggle };
}
