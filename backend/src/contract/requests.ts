import * as z from "zod";
import { boundedFacts, boundedText, type Wire } from "./fields.js";
import { NOT_AN_INTEGER } from "./problems.js";
import { THREAT_TYPE } from "./signal.js";
import { STATUS } from "./threat.js";

const integer = z.int(NOT_AN_INTEGER);

/** Of a threat type or a scenario. */
const wish = boundedText(100);
/** Of a pod with its namespace, a host with its port, a URL. */
const place = boundedText(512);

/** What a client may say for true and false, as FastAPI's validator has it. */
const WORDS = {
  truthy: ["true", "t", "yes", "y", "on", "1"],
  falsy: ["false", "f", "no", "n", "off", "0"],
};
/** The words in any letter case, which JSON Schema has no other way to say. */
const PATTERN = [...WORDS.truthy, ...WORDS.falsy].map((word) =>
  word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`),
);
const flag = z.union([
  z.boolean(),
  z.stringbool(WORDS).meta({ pattern: `^(${PATTERN.join("|")})$` }),
  z.literal([0, 1]).transform((bit) => bit === 1),
]);

/** A part of a newest-first list. */
export const PAGE = z.object({
  limit: integer.min(1).max(100).default(20),
  offset: integer.min(0).default(0),
});

/** The last moment that can be asked for, in the year 2286. */
export const LAST_MOMENT = 1e10;
/** In seconds since the epoch. */
const moment = z.number().min(0).max(LAST_MOMENT).optional();
const LATER = { message: "`to` should be later than `from`", path: ["to"] };
type Range = Readonly<Partial<Record<"from" | "to", number | undefined>>>;
const inOrder = ({ from = -1, to = Infinity }: Range) => from < to;

/** Which threats, and which part of them. */
export const THREATS_QUERY = PAGE.extend({
  /** Only those that await review. */
  review: flag.default(false),
  /** Those that were dropped while they awaited review, up to a day ago. */
  dropped: flag.default(false),
  /** Only those made from then on, or dropped. */
  from: moment,
  /** Only those made before then, or dropped. */
  to: moment,
}).refine(inOrder, LATER);

/** Which threats are counted over time: from when to when (default the last day), in how many parts of equal length. */
export const HISTOGRAM_QUERY = z
  .object({
    from: moment,
    to: moment,
    buckets: integer.min(1).max(50).default(24),
    review: flag.default(false),
    type: THREAT_TYPE.optional(),
  })
  .refine(inOrder, LATER);

/** Which threat to make; the most special wish counts, and with none it is a random one. */
export const TRIGGER = z.object({
  threat_type: wish.nullish(),
  scenario: wish.nullish(),
  adversarial_scenario: wish.nullish(),
  adversarial_detector_enabled: flag.nullish(),
});
export type Trigger = Wire<typeof TRIGGER>;

/** A text, or nothing in its place: null, or no letter. */
const textOrNone = (most: number) =>
  boundedText(most)
    .transform((value) => value.trim() || null)
    .nullish();

/** What a person decides of a threat; what is not given stays as it is. */
export const DECISIONS = z
  .object({
    /** Of the threat that the person saw. */
    version: integer.min(1),
    /** `analyzing` takes it up, `resolved` closes it, `completed` opens it again. */
    status: STATUS.exclude(["pending"]).optional(),
    assignee: textOrNone(100),
    note: textOrNone(2000),
    /** Whether it is real. */
    confirmed: flag.optional(),
  })
  .refine(
    ({ status, confirmed }) => !(status === "false_positive" && confirmed === true),
    "A false positive is not confirmed",
  )
  .refine(
    ({ version: _, ...decided }) => Object.values(decided).some((value) => value !== undefined),
    "Nothing is decided",
  )
  .meta({ minProperties: 2 });
export type Decisions = Wire<typeof DECISIONS>;

/** A connection to the outside that a network policy blocked; the time in seconds since the epoch. */
export const EGRESS_VIOLATION = z.object({
  timestamp: z.number(),
  source_pod: place,
  attempted_destination: place,
  blocked_by: place,
  metadata: boundedFacts(4096).nullish(),
});
export type EgressViolation = Wire<typeof EGRESS_VIOLATION>;

/** Which violations: at most `limit`, none from before `since` (seconds; default one hour ago). */
export const EGRESS_QUERY = z.object({
  since: z.number().optional(),
  limit: integer.min(1).max(1000).default(100),
});
