import * as z from "zod";
import { anything, share, text, texts, type Wire } from "./fields.js";

/** One thing to do about a threat. */
const ACTION = z.object({
  action_type: z.enum([
    "block_ip",
    "rate_limit",
    "challenge",
    "whitelist",
    "monitor",
    "escalate",
    "quarantine",
    "none",
  ]),
  urgency: z.enum(["immediate", "urgent", "normal", "low"]),
  target: text,
  reason: text,
  confidence: share,
  auto_executable: z.boolean(),
  requires_approval: z.boolean(),
  estimated_impact: z.enum(["Low", "Medium", "High"]),
  rollback_possible: z.boolean(),
  parameters: anything,
});
export type ResponseAction = Wire<typeof ACTION>;
export type ResponseActionType = ResponseAction["action_type"];
export type ResponseUrgency = ResponseAction["urgency"];

/** What to do, by when, and who hears of it. */
export const RESPONSE_PLAN = z.object({
  primary_action: ACTION,
  secondary_actions: z.array(ACTION),
  escalation_path: texts,
  sla_minutes: z.int(),
  auto_escalate_after_minutes: z.int(),
  notes: text,
});
export type ResponsePlan = Wire<typeof RESPONSE_PLAN>;
