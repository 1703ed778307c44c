import { useEffect, useRef, useState } from "react";

/** The shortest time between two requests, in ms: a burst of threats must not become one of requests. */
const MIN_INTERVAL_MS = 1000;

/** The longest, in ms: what the backend tells can change without an event that says so, as by a reset. */
const MAX_INTERVAL_MS = 30_000;

/** What the backend told last. */
export interface Polled<T> {
  /** Undefined until it has told anything. */
  readonly value: T | undefined;
  /** Whether the last attempt to get something newer failed. */
  readonly stale: boolean;
}

/**
 * Keeps what the backend tells up to date.
 *
 * @param ask another one is another question, which is asked at once; undefined to ask nothing.
 * @param occasion what is asked for may change with it.
 * @param onValue gets each answer.
 */
export function usePolled<T>(
  ask: (() => Promise<T>) | undefined,
  occasion: unknown,
  onValue?: (value: T) => void,
): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: undefined, stale: false });
  const asked = useRef<{ at: number; times: number; what: typeof ask }>({
    ...{ at: -Infinity, times: 0, what: undefined },
  });

  useEffect(() => {
    if (!ask) {
      return;
    }
    let timer: ReturnType<typeof setTimeout>;
    const question = () => {
      const times = asked.current.times + 1;
      asked.current = { at: performance.now(), times, what: ask };
      const isLatest = () => times === asked.current.times;
      ask().then(
        (value) => {
          if (isLatest()) {
            onValue?.(value);
            setPolled({ value, stale: false });
          }
        },
        () => isLatest() && setPolled(({ value }) => ({ value, stale: true })),
      );
      timer = setTimeout(question, MAX_INTERVAL_MS);
    };
    const rest = MIN_INTERVAL_MS - (performance.now() - asked.current.at);
    timer = setTimeout(question, asked.current.what === ask ? Math.max(0, rest) : 0);
    return () => clearTimeout(timer);
  }, [ask, occasion, onValue]);

  return polled;
}
