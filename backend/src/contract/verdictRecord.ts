/** What a verdict was made of besides the signal, which the threat itself has: enough to make it again. */
import * as z from "zod";
import { AGENT_KEYS } from "./analysis.js";
import { anything, share, text, texts, type Wire } from "./fields.js";
import { EGRESS_SEEN, LOOKED_BACK } from "./seen.js";
import { INTEL_MATCH } from "./signal.js";
import { EVIDENCE } from "./threat.js";

/** What a model said, as the agent took it. */
const MODEL_ANSWER = z.object({
  analysis: text,
  confidence: z.number(),
  findings: texts,
  recommendations: texts,
  risk: z.number(),
  techniques: z.array(z.object({ id: text, confidence: share })).optional(),
  narrative: text.optional(),
  asksForReview: z.boolean().optional(),
  output: anything,
});
const agent = z.enum(AGENT_KEYS);

/** How an agent came to its finding. */
const TAKEN = z.union([
  /** By the answer of a model, beside which the rules' finding stands; `source` names the model. */
  z.object({ agent, source: text, answer: MODEL_ANSWER }),
  /** By the rules, and why no model did. */
  z.object({ agent, fallback: text }),
  /** It failed, and found nothing. */
  z.object({ agent, failed: z.literal(true) }),
  /** By something else, which is neither the rules nor a model. */
  z.object({
    agent,
    finding: MODEL_ANSWER.extend({ sources: texts, evidence: z.array(EVIDENCE).optional() }),
  }),
  /** By the rules alone. */
  z.object({ agent, rules: z.literal(true) }),
]);
export type Taken = Wire<typeof TAKEN>;

export const VERDICT_RECORD = z.object({
  /** The rules that judged: a digest of the program. */
  rules: text,
  /** When the clock was looked at first, in microseconds since the epoch. */
  started: z.int(),
  /** How many microseconds passed from each look at the clock to the next. */
  ticks: z.array(z.int()),
  /** Earlier threats. What is left out is as where nothing has happened before. */
  past: LOOKED_BACK.partial(),
  /** Blocked connections; left out where there were none. */
  egress: EGRESS_SEEN.optional(),
  /** What feeds said, besides the built-in list; left out where they said nothing. */
  intel: z.array(INTEL_MATCH).optional(),
  /** Left out where attempts to mislead were looked for. */
  detector: z.literal(false).optional(),
  /** All agents, in the order in which they were ready; left out where all judged by the rules alone. */
  agents: z.array(TAKEN).optional(),
  /** Left out where the source did not say that it is over. */
  closed: z.literal(true).optional(),
});
export type VerdictRecord = Wire<typeof VERDICT_RECORD>;

/** The record of a threat, and what comes of it here. */
export const VERDICT_REPLAY = z.object({
  threat_id: text,
  /** The rules of the backend that answers. */
  rules: text,
  /**
   * What these rules make of the record: the same threat byte for byte, people's decisions aside, or another. Of
   * another one that the rules of the record are not these, so that nobody knows whether it is right, `other_rules`.
   */
  replays: z.enum(["same", "differs", "other_rules"]),
  record: VERDICT_RECORD,
});
export type VerdictReplay = Wire<typeof VERDICT_REPLAY>;
