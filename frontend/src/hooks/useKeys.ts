import { useEffect, useRef } from "react";

/** Where a letter is typed, or means something else. */
const OWN_KEYS =
  "input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu], dialog";

const STORED_AS = "keys";

/** Whether single keys act; kept in the browser. */
export function areKeysOn(): boolean {
  try {
    return localStorage.getItem(STORED_AS) !== "off";
  } catch {
    return true;
  }
}

/** Switches all single keys on or off: speech input types letters, too (WCAG 2.2, 2.1.4). */
export function switchKeys(on: boolean): void {
  try {
    localStorage.setItem(STORED_AS, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing for pages leaves them on.
  }
}

/**
 * Single keys for the whole page: none acts with a modifier, in a field, or in an open menu or dialog.
 *
 * @param keys by what `KeyboardEvent.key` says
 */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, target, ctrlKey, metaKey, altKey, repeat } = event;
      const act = latest.current[key];
      const taken = target instanceof Element && target.closest(OWN_KEYS) !== null;
      if (act && !taken && !ctrlKey && !metaKey && !altKey && !repeat && areKeysOn()) {
        // Or the letter would be written into the field that it leads to.
        event.preventDefault();
        act();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
