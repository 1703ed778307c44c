import * as z from "zod";
import { text, time, type Wire } from "./fields.js";

/**
 * Why something that could not be read is not in the quarantine, or not any more: there are too many, they take too
 * much memory, it is too old; too many came at once, a body was too large, or the store did not answer.
 */
export const FALL_REASON = z.enum(["count", "memory", "age", "rate", "size", "store"]);
export type FallReason = Wire<typeof FALL_REASON>;

/** How often that happened, by reason. */
const FALLEN = z.partialRecord(FALL_REASON, z.int().min(0));
export type Fallen = Wire<typeof FALLEN>;

/** Characters that are kept of what came. */
export const MAX_RAW = 4000;

/** What came to a route of ingest and could not be read. */
export const QUARANTINE_ENTRY = z.object({
  id: text,
  received_at: time,
  /** The route's: `wazuh`, or `own` for that of one's own signals. */
  source: text,
  /** From 1: of NDJSON its line, of a list its place; null for a body that is no batch. */
  line: z.int().min(1).nullable(),
  /** Why it was refused, and for which field, as the sender was answered; null where there is none to blame. */
  message: text,
  field: text.nullable(),
  /** What came. A long text is cut, with a mark that says so. */
  raw: text,
});
export type QuarantineEntry = Wire<typeof QUARANTINE_ENTRY>;

/** A part of the quarantine, newest first. */
export const QUARANTINE = z.object({
  entries: z.array(QUARANTINE_ENTRY),
  /** How many there are in all. */
  kept: z.int().min(0),
  /** Since the last reset, of all pods. */
  fallen_out: FALLEN,
});
export type Quarantined = Wire<typeof QUARANTINE>;
