import { parseMicros } from "../base/clock.js";
import type { Fallen, FallReason, Quarantined, QuarantineEntry } from "../contract/quarantine.js";

/** How much is kept, and how much is not, or not any more. */
export type QuarantineFigures = Pick<Quarantined, "kept" | "fallen_out">;

/** What could not be read, for people to look at. All methods reject as those of the store. */
export interface Quarantine {
  /**
   * Keeps entries within the bounds: the oldest have to go. One that is kept already stays as it is.
   *
   * @param fallen what was lost on the way here, to be counted with what falls out
   */
  keep(entries: readonly QuarantineEntry[], fallen?: Fallen): Promise<void>;
  /** Newest first. */
  page(limit: number, offset: number): Promise<Quarantined>;
  /** Reads alone: what has become too old since the last look still counts. */
  figures(): Promise<QuarantineFigures>;
  /** Removes an entry; false if there is none. */
  remove(id: string): Promise<boolean>;
}

/** How much is kept of it. */
export interface QuarantineBounds {
  readonly entries: number;
  /** Of all entries as JSON. */
  readonly bytes: number;
  readonly seconds: number;
}

/** A week, and a hundredth of the memory of the chart's Redis by its default limit. */
export const QUARANTINE_BOUNDS: QuarantineBounds = {
  entries: 1000,
  bytes: 2 * 1024 * 1024,
  seconds: 7 * 24 * 60 * 60,
};

/** Told of what this process has had fall out of the quarantine. */
export type OnFallen = (fallen: Fallen) => void;

/** When an entry came, in seconds since the epoch. */
export function cameAt({ received_at: at }: QuarantineEntry): number {
  return parseMicros(at) / 1000;
}

/** Two counts together. */
export function sumOf(a: Fallen, b: Fallen): Fallen {
  const sum = new Map(Object.entries(a));
  Object.entries(b).forEach(([reason, times]) => sum.set(reason, (sum.get(reason) ?? 0) + times));
  return Object.fromEntries(sum);
}

/** How often each reason occurs. */
export function tally(reasons: readonly FallReason[]): Fallen {
  return reasons.reduce<Fallen>((sum, reason) => sumOf(sum, { [reason]: 1 }), {});
}
