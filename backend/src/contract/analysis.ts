import * as z from "zod";
import { anything, milliseconds, share, text, texts, time, type Wire } from "./fields.js";
import { SEVERITY } from "./signal.js";

/** The five agents, in the order in which their analyses appear. */
export const AGENT_KEYS = ["historical", "config", "devops", "context", "priority"] as const;
export type AgentKey = (typeof AGENT_KEYS)[number];

/** An object that holds the same for each agent. */
export function perAgent<Schema extends z.ZodType>(schema: Schema) {
  return z.object({
    historical: schema,
    config: schema,
    devops: schema,
    context: schema,
    priority: schema,
  } satisfies Record<AgentKey, Schema>);
}

/** What one agent makes of a signal. */
export const AGENT_ANALYSIS = z.object({
  agent_name: text,
  analysis: text,
  /** 0 (failed) to 1 (certain). */
  confidence: share,
  key_findings: texts,
  recommendations: texts,
  processing_time_ms: milliseconds,
  data_sources_consulted: texts,
  raw_output: z.union([text, anything]),
});
export type AgentAnalysis = Wire<typeof AGENT_ANALYSIS>;

/** How likely it is that the signal is no threat. */
export const FALSE_POSITIVE = z.object({
  /** 0 (real threat) to 1 (false positive). */
  score: share,
  confidence: share,
  indicators: z.array(
    z.object({
      indicator: text,
      /** Speaks for (positive) or against (negative) a false positive. */
      weight: z.number().min(-1).max(1),
      description: text,
      source: text,
    }),
  ),
  /** Share of similar past threats that were false positives; null without any. */
  historical_fp_rate: share.nullable(),
  similar_resolved_as_fp: z.int(),
  similar_resolved_as_real: z.int(),
  recommendation: z.enum(["likely_false_positive", "needs_review", "likely_real_threat"]),
  explanation: text,
});
export type FalsePositiveScore = Wire<typeof FALSE_POSITIVE>;
export type FalsePositiveIndicator = FalsePositiveScore["indicators"][number];

/** Two agents whose views of the same signal do not go together. */
const CONTRADICTION = z.object({
  /** Keys of the agents. */
  agents: texts,
  description: text,
  /** The two views, e.g. `context: benign, priority: CRITICAL`. */
  severity_mismatch: text,
  confidence: share,
  context_analysis_snippet: text.nullable(),
  priority_analysis_snippet: text.nullable(),
  historical_analysis_snippet: text.nullable(),
  metadata: anything.nullable(),
});
export type Contradiction = Wire<typeof CONTRADICTION>;

/** Something in the evidence that looks made up, or made to mislead. */
const ANOMALY = z.object({
  type: text,
  description: text,
  severity: z.enum(["low", "medium", "high", "critical"]),
  indicators: texts,
  confidence: share.nullable(),
  metadata: anything.nullable(),
});
export type DetectedAnomaly = Wire<typeof ANOMALY>;
export type AnomalySeverity = DetectedAnomaly["severity"];

/** Whether somebody tries to mislead the agents. */
export const ADVERSARIAL = z.object({
  manipulation_detected: z.boolean(),
  confidence: share,
  contradictions: z.array(CONTRADICTION),
  anomalies: z.array(ANOMALY),
  risk_score: share,
  /** By what way; null where no manipulation is detected. */
  attack_vector: text.nullable(),
  recommendation: text,
  explanation: text,
});
export type AdversarialDetectionResult = Wire<typeof ADVERSARIAL>;

/** The investigation from the signal to the decision, sorted by time. */
export const TIMELINE = z.object({
  events: z.array(
    z.object({
      timestamp: time,
      event_type: z.enum([
        "detection",
        "enrichment",
        "analysis",
        "correlation",
        "decision",
        "action",
        "escalation",
      ]),
      title: text,
      description: text,
      source: text,
      data: anything,
      severity: SEVERITY.nullable(),
    }),
  ),
  start_time: time,
  end_time: time.nullable(),
  duration_ms: milliseconds,
});
export type InvestigationTimeline = Wire<typeof TIMELINE>;
export type TimelineEvent = InvestigationTimeline["events"][number];
export type TimelineEventType = TimelineEvent["event_type"];
