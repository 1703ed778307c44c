import { useCallback, useMemo, useSyncExternalStore } from "react";
import { readView, writeView, type Filters, type View } from "../state/filters";

/** Told of changes that the page makes itself; the browser reports only its own (`popstate`). */
const CHANGED = "viewchanged";

export interface ViewControl extends View {
  /** The address of a threat, as a link. */
  readonly hrefOf: (threatId: string) => string;
  /** Opens a threat, so that the browser's Back closes it. */
  readonly open: (threatId: string) => void;
  readonly close: () => void;
  readonly setFilters: (change: Partial<Filters>) => void;
}

/** What is listed and what is open, kept in the page's address: a reload or a sent link shows the same. */
export function useView(): ViewControl {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const view = useMemo(() => readView(search), [search]);

  const open = useCallback((threatId: string) => {
    const current = readView(location.search);
    // From one threat to the next Back leads to the list, not through all that were looked at.
    go({ ...current, threatId }, current.threatId === undefined ? "pushState" : "replaceState");
  }, []);
  const close = useCallback(
    () => go({ ...readView(location.search), threatId: undefined }, "replaceState"),
    [],
  );
  const setFilters = useCallback((change: Partial<Filters>) => {
    const current = readView(location.search);
    go({ ...current, filters: { ...current.filters, ...change } }, "replaceState");
  }, []);
  // The same function for as long as the filters are, whatever is opened: each row has its link by it.
  const filters = writeView({ filters: view.filters, threatId: undefined });
  const hrefOf = useCallback(
    (threatId: string) => address({ ...readView(filters), threatId }),
    [filters],
  );
  return useMemo(
    () => ({ ...view, hrefOf, open, close, setFilters }),
    [view, hrefOf, open, close, setFilters],
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

function go(view: View, how: "pushState" | "replaceState"): void {
  history[how](null, "", address(view));
  window.dispatchEvent(new Event(CHANGED));
}

function address(view: View): string {
  return location.pathname + writeView(view);
}
