import { useCallback, useEffect, useState } from "react";
import { ApiError, getThreat } from "../lib/api";
import type { ThreatAnalysis } from "../types";
import type { LiveThreats } from "./useLiveThreats";

/** What is known of the threat that the address names. */
export type OpenThreat =
  | { readonly kind: "closed" }
  | { readonly kind: "loading" }
  | { readonly kind: "shown"; readonly threat: ThreatAnalysis }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Finds the threat with an id: in the list, or else at the backend, which may know one that is no
 * longer listed. Once shown it stays, also when the list moves on.
 *
 * @returns where it stands, and how to ask the backend again.
 */
export function useOpenThreat(
  id: string | undefined,
  { all, listed, changed }: Pick<LiveThreats, "all" | "listed" | "changed">,
): [OpenThreat, () => void] {
  const [found, setFound] = useState<{ readonly id: string; readonly state: OpenThreat }>();
  const [attempt, setAttempt] = useState(0);
  const isIt = (threat: ThreatAnalysis) => threat.id === id;
  const known = all.threats.find(isIt) ?? listed.threats.find(isIt) ?? changed.findLast(isIt);
  // Before the list has come it says nothing about what there is.
  const loaded = all.loaded || all.loadError !== undefined;
  const held = found && found.id === id ? found.state : undefined;
  if (known && !(held?.kind === "shown" && held.threat === known)) {
    setFound({ id: known.id, state: { kind: "shown", threat: known } });
  }

  const mustAsk = id !== undefined && loaded && !known && held?.kind !== "shown";
  useEffect(() => {
    if (!mustAsk) {
      return;
    }
    let current = true;
    getThreat(id).then(
      (threat) => current && setFound({ id, state: { kind: "shown", threat } }),
      (error: Error) => {
        const gone = error instanceof ApiError && error.status === 404;
        const state: OpenThreat = gone
          ? { kind: "gone" }
          : { kind: "failed", message: error.message };
        if (current) {
          setFound({ id, state });
        }
      },
    );
    return () => {
      current = false;
    };
  }, [id, mustAsk, attempt]);

  const retry = useCallback(() => {
    setFound(undefined);
    setAttempt((n) => n + 1);
  }, []);
  if (id === undefined) {
    return [{ kind: "closed" }, retry];
  }
  return [known ? { kind: "shown", threat: known } : (held ?? { kind: "loading" }), retry];
}
