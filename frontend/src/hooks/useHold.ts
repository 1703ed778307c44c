import { useCallback, useEffect, useRef, useState, type FocusEvent } from "react";
import { admit, countWaiting, heldRows, refilter, takeHold, type Held } from "../state/hold";
import type { ThreatAnalysis } from "../types";

/** How long the list stays held after the pointer or the focus has left it, in ms. */
const LINGER_MS = 500;

/** A list that stands still under its reader's hand, or for as long as its reader wishes. */
export interface Hold {
  /** What to show. */
  readonly visible: readonly ThreatAnalysis[];
  /** Whether the reader has stopped it until further notice. */
  readonly paused: boolean;
  /** How many came since, and are not shown. */
  readonly waiting: number;
  readonly togglePause: () => void;
  /** Shows what waits. */
  readonly letIn: () => void;
  /** Shows older threats that the reader asked for. */
  readonly admit: (threats: readonly ThreatAnalysis[]) => void;
  /** For the element with the list: the pointer over it, or the keyboard's focus in a row, holds it. */
  readonly handlers: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: () => void;
  };
}

interface HoldOptions {
  /** What the page knows. */
  readonly all: readonly ThreatAnalysis[];
  /** What the filters let through. */
  readonly shown: readonly ThreatAnalysis[];
  /** The filters, as the page's address has them. */
  readonly filters: string;
  /** Which list it is. */
  readonly shelf: string;
  /** Whether what the server has is there: rows that are still being read do not have to wait. */
  readonly settled: boolean;
}

/**
 * Keeps new threats from moving the rows while somebody aims at one (or wishes it so: WCAG 2.2, 2.2.2),
 * and lets them in afterwards.
 */
export function useHold({ all, shown, filters, shelf, settled }: HoldOptions): Hold {
  const [paused, setPaused] = useState(false);
  const [pointed, setPointed] = useLingering();
  const [focused, setFocused] = useLingering();
  const [held, setHeld] = useState<Held>();

  // An empty list has nothing to aim at.
  const wanted = paused || ((pointed || focused) && shown.length > 0);
  let now = held;
  if (held && !paused && !pointed && !focused) {
    now = undefined;
  } else if (wanted && settled && held?.shelf !== shelf) {
    now = takeHold(all, shown, filters, shelf);
  } else if (held && held.filters !== filters) {
    now = refilter(held, shown, filters);
  }
  if (now !== held) {
    setHeld(now);
  }

  const letIn = useCallback(() => setHeld(undefined), []);
  return {
    visible: now ? heldRows(now, all) : shown,
    paused,
    waiting: now ? countWaiting(now, shown) : 0,
    togglePause: useCallback(() => {
      setPaused(!paused);
      // Who goes on wants to see what waits, with the pointer still over the button.
      if (paused) {
        letIn();
      }
    }, [paused, letIn]),
    letIn,
    admit: useCallback((threats) => setHeld((old) => old && admit(old, threats)), []),
    handlers: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: ({ target }) =>
        setFocused(target.closest(".threat-list") !== null && target.matches(":focus-visible")),
      onBlur: () => setFocused(false),
    },
  };
}

/** A switch that goes on at once, and off a moment later. */
function useLingering(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = useCallback((next: boolean) => {
    clearTimeout(timer.current);
    if (next) {
      setOn(true);
    } else {
      timer.current = setTimeout(() => setOn(false), LINGER_MS);
    }
  }, []);
  return [on, set];
}
