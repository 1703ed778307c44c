/**
 * The schemas of what `types.ts` describes, for `/openapi.json` and for the tests, which hold every
 * answer against them: fields, their order and the closed sets.
 */
import * as z from "zod";
import {
  THREAT_TYPES,
  type AdversarialDetectionResult,
  type AgentAnalysis,
  type FalsePositiveScore,
  type IntelMatch,
  type InvestigationTimeline,
  type MitreTag,
  type ResponsePlan,
  type ThreatAnalysis,
  type ThreatSignal,
} from "../types.js";

const text = z.string();
const texts = z.array(z.string());
const share = z.number().min(0).max(1);
const milliseconds = z.int().min(0);
const anything = z.record(z.string(), z.unknown());
/** UTC with microseconds and without a zone, or with Z where the source named a zone. */
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z?$/);

export const THREAT_TYPE = z.enum(THREAT_TYPES);
export const SEVERITY = z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL", "INFO"]);

export const SIGNAL: z.ZodType<ThreatSignal> = z.object({
  id: text,
  threat_type: THREAT_TYPE,
  customer_name: text,
  timestamp: time,
  metadata: anything,
  mitre_hints: texts,
});

export const AGENT_ANALYSIS: z.ZodType<AgentAnalysis> = z.object({
  agent_name: text,
  analysis: text,
  confidence: share,
  key_findings: texts,
  recommendations: texts,
  processing_time_ms: milliseconds,
  data_sources_consulted: texts,
  raw_output: z.union([text, anything]),
});

export const FALSE_POSITIVE: z.ZodType<FalsePositiveScore> = z.object({
  score: share,
  confidence: share,
  indicators: z.array(
    z.object({
      indicator: text,
      weight: z.number().min(-1).max(1),
      description: text,
      source: text,
    }),
  ),
  historical_fp_rate: share.nullable(),
  similar_resolved_as_fp: z.int(),
  similar_resolved_as_real: z.int(),
  recommendation: z.enum(["likely_false_positive", "needs_review", "likely_real_threat"]),
  explanation: text,
});

export const ADVERSARIAL: z.ZodType<AdversarialDetectionResult> = z.object({
  manipulation_detected: z.boolean(),
  confidence: share,
  contradictions: z.array(
    z.object({
      agents: texts,
      description: text,
      severity_mismatch: text,
      confidence: share,
      context_analysis_snippet: text.nullable(),
      priority_analysis_snippet: text.nullable(),
      historical_analysis_snippet: text.nullable(),
      metadata: anything.nullable(),
    }),
  ),
  anomalies: z.array(
    z.object({
      type: text,
      description: text,
      severity: z.enum(["low", "medium", "high", "critical"]),
      indicators: texts,
      confidence: share.nullable(),
      metadata: anything.nullable(),
    }),
  ),
  risk_score: share,
  attack_vector: text.nullable(),
  recommendation: text,
  explanation: text,
});

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

export const RESPONSE_PLAN: z.ZodType<ResponsePlan> = z.object({
  primary_action: ACTION,
  secondary_actions: z.array(ACTION),
  escalation_path: texts,
  sla_minutes: z.int(),
  auto_escalate_after_minutes: z.int(),
  notes: text,
});

export const TIMELINE: z.ZodType<InvestigationTimeline> = z.object({
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

export const MITRE_TAG: z.ZodType<MitreTag> = z.object({
  technique_id: text,
  technique_name: text,
  tactic: text,
  tactic_id: text,
  confidence: share,
  source: z.enum(["wazuh", "priority_agent", "fallback"]),
});

export const INTEL_MATCH: z.ZodType<IntelMatch> = z.object({
  ioc_type: text,
  ioc_value: text,
  source: text,
  description: text,
  date_added: text,
  confidence: share,
  threat_actor: text.nullable(),
});

export const THREAT_ANALYSIS: z.ZodType<ThreatAnalysis> = z.object({
  id: text,
  signal: SIGNAL,
  status: z.enum(["pending", "analyzing", "completed", "escalated", "resolved", "false_positive"]),
  severity: SEVERITY,
  executive_summary: text,
  mitre_tactics: texts,
  mitre_techniques: texts,
  mitre_tags: z.array(MITRE_TAG),
  intel_matches: z.array(INTEL_MATCH),
  customer_narrative: text,
  agent_analyses: z.object({
    historical: AGENT_ANALYSIS,
    config: AGENT_ANALYSIS,
    devops: AGENT_ANALYSIS,
    context: AGENT_ANALYSIS,
    priority: AGENT_ANALYSIS,
  }),
  false_positive_score: FALSE_POSITIVE.nullable(),
  adversarial_detection: ADVERSARIAL.nullable(),
  response_plan: RESPONSE_PLAN.nullable(),
  investigation_timeline: TIMELINE.nullable(),
  total_processing_time_ms: milliseconds,
  created_at: time,
  requires_human_review: z.boolean(),
  review_reason: text.nullable(),
});
