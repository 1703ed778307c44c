/**
 * The JSON that the API speaks: field names, order and closed sets are the contract that an existing
 * frontend or backend relies on. Times are ISO strings in UTC with microseconds and without a zone.
 * The types of what the program makes follow from these schemas; nothing is parsed to be sent.
 */
import * as z from "zod";
import { ADVERSARIAL, AGENT_ANALYSIS, FALSE_POSITIVE, perAgent, TIMELINE } from "./analysis.js";
import { milliseconds, share, text, texts, time, type Wire } from "./fields.js";
import { RESPONSE_PLAN } from "./responsePlan.js";
import { INTEL_MATCH, SEVERITY, SIGNAL } from "./signal.js";

/** A technique of MITRE ATT&CK. */
const MITRE_TAG = z.object({
  technique_id: text,
  technique_name: text,
  tactic: text,
  tactic_id: text,
  confidence: share,
  source: z.enum(["wazuh", "priority_agent", "fallback"]),
});
export type MitreTag = Wire<typeof MITRE_TAG>;

export const STATUS = z.enum([
  "pending",
  "analyzing",
  "completed",
  "escalated",
  "resolved",
  "false_positive",
]);
export type ThreatStatus = z.infer<typeof STATUS>;

/** What people decide of a threat, whatever its source says later. */
const DECIDED = z.enum(["status", "assignee", "note", "confirmed"]);
const DECISION = z.object({ by: text, at: time });

/** A fact that the verdict rests on. */
export const EVIDENCE = z.object({
  fact: text,
  /**
   * Where it can be looked up: fields of this threat, such as `signal.metadata.rule_level`, or of an earlier
   * one, such as `threats/ID/status`.
   */
  fields: texts,
});
export type Evidence = Wire<typeof EVIDENCE>;

/** The whole result: what the API returns, Redis keeps and WebSocket clients get. */
export const THREAT_ANALYSIS = z.object({
  id: text,
  signal: SIGNAL,
  status: STATUS,
  severity: SEVERITY,
  executive_summary: text,
  /** Kept for older clients; always empty, see `mitre_tags`. */
  mitre_tactics: texts,
  /** Kept for older clients; always empty, see `mitre_tags`. */
  mitre_techniques: texts,
  mitre_tags: z.array(MITRE_TAG),
  intel_matches: z.array(INTEL_MATCH),
  customer_narrative: text,
  agent_analyses: perAgent(AGENT_ANALYSIS),
  false_positive_score: FALSE_POSITIVE.nullable(),
  /** Null where the detector was switched off for this analysis. */
  adversarial_detection: ADVERSARIAL.nullable(),
  response_plan: RESPONSE_PLAN.nullable(),
  investigation_timeline: TIMELINE.nullable(),
  total_processing_time_ms: milliseconds,
  created_at: time,
  requires_human_review: z.boolean(),
  review_reason: text.nullable(),
  /** The trace in which it was analysed, 32 hex digits; null where none was recorded. */
  trace_id: text.nullable(),
  /** Grows with every change of what is stored. */
  version: z.int().min(1),
  /** Who works on it. */
  assignee: text.nullable(),
  /** What a person wrote of it. */
  note: text.nullable(),
  /** Whether a person says that it is real. That it is not, is a status. */
  confirmed: z.boolean(),
  /** Who has decided what of it last, and when; without what nobody has decided. */
  decisions: z.partialRecord(DECIDED, DECISION),
  /** What the verdict rests on, each fact with its fields. */
  evidence: z.array(EVIDENCE),
});
export type ThreatAnalysis = Wire<typeof THREAT_ANALYSIS>;
