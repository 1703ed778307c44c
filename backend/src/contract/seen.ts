/**
 * What an analysis reads of all that is known besides its signal: few and small figures, so that they can be kept
 * with the threat and the verdict be made of them again.
 */
import * as z from "zod";
import { text, texts, type Wire } from "./fields.js";

const count = z.int().min(0);

/** Some earlier threats, and where of the first few of them people's decisions can be looked up. */
const TALLY = z.object({ count, cited: texts });
export type Tally = Wire<typeof TALLY>;

/** What people have decided of some earlier threats. */
const OPINION = TALLY.extend({
  /** The newest decision of them; null where nobody is known to have made one. */
  last: z.object({ by: text, at: text, note: text.nullable() }).nullable(),
});
export type Opinion = Wire<typeof OPINION>;

/** A note on an earlier threat of the same customer. Not to be trusted: it may be planted. */
const NOTE = z.object({
  note: text,
  /** When the threat was made, in milliseconds since the epoch. */
  at: z.number(),
  /** Whether that was of the same type. */
  same_type: z.boolean(),
});
export type Note = Wire<typeof NOTE>;

/** What is read of earlier threats. "Alike" are those of the same kind and the same machine or account. */
export const LOOKED_BACK = z.object({
  /** How many were looked at. */
  threats: count,
  alike: count,
  alike_false: OPINION,
  alike_real: OPINION,
  /** Those of which people have written something, and decided nothing else. */
  alike_noted: OPINION,
  /** Those of the same type, on whatever machine, that people have called false, or real. */
  type_false: count,
  type_real: count,
  /** Those of the same customer, and of these the ones that people have called false. */
  customer_threats: count,
  customer_false: count,
  /** Those from the same address that people have called real. */
  address_real: TALLY,
  /** How many customers had a threat of the same type in the last minutes. */
  customers_hit: count,
  notes: z.array(NOTE),
});
export type LookedBack = Wire<typeof LOOKED_BACK>;

/** What is read of connections to the outside that were blocked lately. */
export const EGRESS_SEEN = z.object({
  /** How many there were in the last minutes, and a few of the different places that they went to. */
  fresh: count,
  destinations: texts,
  /** A place that the signal names and they went to, and a few of the pods; null without one. */
  to_source: z.object({ host: text, pods: texts }).nullable(),
});
export type EgressSeen = Wire<typeof EGRESS_SEEN>;
