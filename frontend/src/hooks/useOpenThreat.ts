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
 * @param loaded whether the list has come; before that it says nothing about what there is.
 * @returns where it stands, and how to ask the backend again.
 */
export function useOpenThreat(
  id: string | undefined,
  { threats, changed }: Pick<LiveThreats, "threats" | "changed">,
  loaded: boolean,
): [OpenThreat, () => void] {
  const [found, setFound] = useState<{ readonly id: string; readonly state: OpenThreat }>();
  const [attempt, setAttempt] = useState(0);
  const listed =
    threats.find((threat) => threat.id === id) ?? changed.findLast((threat) => threat.id === id);
  const held = found && found.id === id ? found.state : undefined;
  if (listed && !(held?.kind === "shown" && held.threat === listed)) {
    setFound({ id: listed.id, state: { kind: "shown", threat: listed } });
  }

  const mustAsk = id !== undefined && loaded && !listed && held?.kind !== "shown";
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
  return [listed ? { kind: "shown", threat: listed } : (held ?? { kind: "loading" }), retry];
}
