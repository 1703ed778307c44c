import { useEffect, useRef, useState } from "react";
import { Gatherer } from "../live/gatherer";

/**
 * A value that follows another one, at most once in a while.
 *
 * @param restMs the shortest time between two changes, in ms; that of the first call counts
 */
export function usePaced<T>(value: T, restMs: number): T {
  const [paced, setPaced] = useState<{ readonly value: T }>({ value });
  const gatherer = useRef<Gatherer<T>>(undefined);
  useEffect(() => {
    const mine = new Gatherer<T>(
      (values) => setPaced((old) => ({ value: values.at(-1) ?? old.value })),
      restMs,
    );
    gatherer.current = mine;
    return () => mine.stop();
  }, [restMs]);
  const last = useRef(value);
  useEffect(() => {
    // What was there from the beginning is no change, and must not hold up the first one.
    if (value !== last.current) {
      last.current = value;
      gatherer.current?.add(value);
    }
  }, [value]);
  return paced.value;
}
