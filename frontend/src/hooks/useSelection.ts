import { useCallback, useState } from "react";
import { toggled } from "../lib/text";
import type { ThreatAnalysis } from "../types";

/** The threats that are chosen for a decision together. */
export interface Selection {
  /** As they are by now, of those that are shown: nobody decides of what he does not see. */
  readonly threats: readonly ThreatAnalysis[];
  readonly has: (id: string) => boolean;
  readonly toggle: (id: string) => void;
  readonly choose: (ids: readonly string[]) => void;
  /** Takes some out, and leaves what was chosen meanwhile. */
  readonly leaveOut: (ids: ReadonlySet<string>) => void;
}

export function useSelection(visible: readonly ThreatAnalysis[]): Selection {
  const [ids, choose] = useState<readonly string[]>([]);
  const toggle = useCallback((id: string) => choose((old) => toggled(old, id)), []);
  const leaveOut = useCallback(
    (out: ReadonlySet<string>) => choose((old) => old.filter((id) => !out.has(id))),
    [],
  );
  const chosen = new Set(ids);
  const has = (id: string) => chosen.has(id);
  return { threats: visible.filter(({ id }) => has(id)), has, toggle, choose, leaveOut };
}
