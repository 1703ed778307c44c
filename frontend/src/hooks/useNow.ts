import { useSyncExternalStore } from "react";

const TICK_MS = 1000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time in epoch ms, every second; all users share one timer. */
export function useNow(): number {
  return useAt((nowMs) => nowMs);
}

/**
 * What follows from the time, looked at every second. Only another value draws its user anew: of two hundred
 * rows few say another age than a second before.
 *
 * @param read gets the time in epoch ms
 */
export function useAt<T extends string | number | boolean>(read: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(now));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick(): void {
  now = Date.now();
  listeners.forEach((listener) => listener());
}
