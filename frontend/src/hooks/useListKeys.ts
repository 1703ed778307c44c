import type { ThreatAnalysis } from "../types";
import type { Selection } from "./useSelection";
import { useKeys } from "./useKeys";
import type { ViewControl } from "./useView";

/** The search field, to which a key leads. */
export const SEARCH_ID = "search";

/**
 * The keys of the list: to the next and the previous threat (opened ones, while one is open), to the
 * search, and to choose one.
 */
export function useListKeys(
  visible: readonly ThreatAnalysis[],
  view: Pick<ViewControl, "threatId" | "open">,
  { toggle }: Selection,
): void {
  const step = (by: number) => {
    if (view.threatId === undefined) {
      focusRow(by);
      return;
    }
    const index = visible.findIndex(({ id }) => id === view.threatId);
    const next = index < 0 ? undefined : visible[index + by];
    if (next) {
      view.open(next.id);
    }
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.getElementById(SEARCH_ID)?.focus(),
    x: () => {
      const focused = document.activeElement?.closest<HTMLElement>("[data-threat-id]");
      const id = focused?.dataset.threatId ?? view.threatId;
      if (id !== undefined) {
        toggle(id);
      }
    },
  });
}

/** Moves the focus from the row that has it, or else to the first one. */
export function focusRow(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".threat")];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[current < 0 ? 0 : current + by];
  row?.scrollIntoView({ block: "nearest" });
  row?.querySelector<HTMLElement>(".threat-link")?.focus({ preventScroll: true });
}
