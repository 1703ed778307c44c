/** How many things may be stored, how many bytes of them, and how old they may get. */
interface Most {
  readonly count: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** What is stored. */
interface Stored {
  readonly count: number;
  readonly bytes: number;
  /** When the first of them came that is to go, in seconds since the epoch. */
  readonly first: number;
}

/** Why the first of what is stored has to go; null if all may stay. The scripts in Redis ask in the same order. */
export function brokenBound(
  most: Most,
  { count, bytes, first }: Stored,
  nowSeconds: number,
): "count" | "memory" | "age" | null {
  if (count > most.count) {
    return "count";
  }
  if (bytes > most.bytes) {
    return "memory";
  }
  return first < nowSeconds - most.seconds ? "age" : null;
}
