import * as z from "zod";
import type { Wire } from "./fields.js";
import type { ThreatSeverity } from "./signal.js";

/**
 * Why a threat is dropped: there are too many, they take too much memory, it is too old, or somebody else who
 * writes to the same Redis has removed it.
 */
export const DROP_REASON = z.enum(["count", "memory", "age", "elsewhere"]);
export type DropReason = Wire<typeof DROP_REASON>;

/** That a threat was dropped. */
export interface Drop {
  /** `kept`: one that awaited review, was dropped before, and is now not kept by id any more either. */
  readonly kind: "awaiting" | "other" | "kept";
  /** Null of one that was kept by id. */
  readonly severity: ThreatSeverity | null;
  readonly reason: DropReason;
}

const count = z.int().min(0);

/** How many threats were dropped since the last reset, in all. */
export const DROPPED = z.object({
  /** While they awaited review: `GET /api/threats?dropped=true` lists them, up to a day. */
  awaiting_review: count,
  other: count,
  /** Of those that awaited review: how many are not kept for that day, or were, and it is over. */
  forgotten: count,
  /** All but the forgotten ones, which are counted once. */
  by_reason: z.partialRecord(DROP_REASON, count),
});
