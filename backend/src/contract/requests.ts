import * as z from "zod";
import type { Wire } from "./fields.js";
import { NOT_AN_INTEGER } from "./problems.js";

const integer = z.int(NOT_AN_INTEGER);

/** What a client may say for true and false, as FastAPI's validator has it. */
const flag = z.union([
  z.boolean(),
  z.stringbool({
    truthy: ["true", "t", "yes", "y", "on", "1"],
    falsy: ["false", "f", "no", "n", "off", "0"],
  }),
  z.literal([0, 1]).transform((bit) => bit === 1),
]);

/** A part of a newest-first list. */
export const PAGE = z.object({
  limit: integer.min(1).max(100).default(20),
  offset: integer.min(0).default(0),
});

/** Which threat to make; the most special wish counts, and with none it is a random one. */
export const TRIGGER = z.object({
  threat_type: z.string().nullish(),
  scenario: z.string().nullish(),
  adversarial_scenario: z.string().nullish(),
  adversarial_detector_enabled: flag.nullish(),
});
export type Trigger = Wire<typeof TRIGGER>;

/** A connection to the outside that a network policy blocked; the time in seconds since the epoch. */
export const EGRESS_VIOLATION = z.object({
  timestamp: z.number(),
  source_pod: z.string(),
  attempted_destination: z.string(),
  blocked_by: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type EgressViolation = Wire<typeof EGRESS_VIOLATION>;

/** Which violations: at most `limit`, none from before `since` (seconds; default one hour ago). */
export const EGRESS_QUERY = z.object({
  since: z.number().optional(),
  limit: integer.min(1).max(1000).default(100),
});

/**
 * An alert as the Wazuh manager writes it; only what is read is named. Integrations pass on more, and
 * it stays in the signal's metadata.
 */
export const WAZUH_ALERT = z.looseObject({
  timestamp: z.string(),
  rule: z.looseObject({
    id: z.union([z.string(), z.int().transform(String)]),
    level: z.int().optional(),
    description: z.string().optional(),
    groups: z.array(z.string()).optional(),
    mitre: z.looseObject({ id: z.array(z.string()).optional() }).optional(),
  }),
  agent: z
    .looseObject({
      id: z.string().optional(),
      name: z.string().optional(),
      ip: z.string().optional(),
    })
    .optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  id: z.string().optional(),
  full_log: z.string().optional(),
  location: z.string().optional(),
});
export type WazuhAlert = Wire<typeof WAZUH_ALERT>;

/** The same alert in the envelope of Shuffle's webhook. */
export const SHUFFLE_WRAPPER = z.looseObject({ all_fields: WAZUH_ALERT });
