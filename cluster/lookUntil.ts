/** Waiting for what only shows itself to who looks. */
import { setTimeout } from "node:timers/promises";

/** Milliseconds between two looks, unless told otherwise. */
const PAUSE = 1_000;

/**
 * Looks, again and again, until what is seen will do or time is up; once at least.
 *
 * @param deadline when time is up, in milliseconds since the epoch
 * @param pause milliseconds between two looks
 * @returns what was seen last
 * @throws whatever `look` throws
 */
export async function lookUntil<T>(
  look: () => Promise<T>,
  willDo: (seen: T) => boolean,
  deadline: number,
  pause = PAUSE,
): Promise<T> {
  for (;;) {
    const seen = await look();
    if (willDo(seen) || Date.now() > deadline) {
      return seen;
    }
    await setTimeout(pause);
  }
}
