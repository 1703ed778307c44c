import { useEffect, useRef } from "react";

/** The id of the detail's title, which takes the focus when a threat is opened. */
export const DETAIL_TITLE_ID = "detail-title";

/** Where the list begins, for who comes back to a row that is gone. */
export const LIST_ID = "threats";

/**
 * Moves the focus into the detail when a threat is opened, and back to its row when it is closed,
 * however that was done (the browser's Back, too). Escape closes.
 */
export function useDetailFocus(threatId: string | undefined, close: () => void): void {
  const previous = useRef(threatId);

  useEffect(() => {
    const before = previous.current;
    previous.current = threatId;
    if (before === undefined && threatId !== undefined) {
      document.getElementById(DETAIL_TITLE_ID)?.focus();
    } else if (before !== undefined && threatId === undefined) {
      const row = document.querySelector<HTMLElement>(`[data-threat-id="${CSS.escape(before)}"] a`);
      (row ?? document.getElementById(LIST_ID))?.focus();
    }
  }, [threatId]);

  useEffect(() => {
    if (threatId === undefined) {
      return;
    }
    const onKey = (event: KeyboardEvent) => {
      // A menu or a search field has its own use for the key.
      const { target } = event;
      const inField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      // And a dialog over it all, also where nothing in it has the focus, is the one that closes.
      const inDialog = document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !event.defaultPrevented && !inField && !inDialog) {
        close();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [threatId, close]);
}
