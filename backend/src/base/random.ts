import { randomUUID } from "node:crypto";

/** Where everything random comes from, so that a seeded source makes a whole analysis repeatable. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Not repeatable; ids come from the operating system's generator. */
export const systemRandom: Random = { next: Math.random, uuid: randomUUID };

/** A repeatable source (mulberry32): the same seed gives the same numbers and ids. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (length: number): string =>
    Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
  const uuid = (): string =>
    `${hex(8)}-${hex(4)}-4${hex(3)}-${pick({ next }, "89ab")}${hex(3)}-${hex(12)}`;
  return { next, uuid };
}

/** One element of a non-empty list, or one character of a non-empty string. */
export function pick<T>(random: Pick<Random, "next">, from: ArrayLike<T>): T {
  const chosen = from[Math.floor(random.next() * from.length)];
  if (chosen === undefined) {
    throw new RangeError("cannot pick from nothing");
  }
  return chosen;
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}
