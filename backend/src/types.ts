/**
 * The JSON that the API speaks: field names, order and closed sets are the contract that an existing
 * frontend or backend relies on. Times are ISO strings in UTC with microseconds and without a zone.
 */

/** What kind of attack a signal reports. */
export const THREAT_TYPES = [
  "bot_traffic",
  "proxy_network",
  "device_compromise",
  "anomaly_detection",
  "rate_limit_breach",
  "geo_anomaly",
] as const;
export type ThreatType = (typeof THREAT_TYPES)[number];

export type ThreatSeverity = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL" | "INFO";

export type ThreatStatus =
  "pending" | "analyzing" | "completed" | "escalated" | "resolved" | "false_positive";

export type ResponseActionType =
  | "block_ip"
  | "rate_limit"
  | "challenge"
  | "whitelist"
  | "monitor"
  | "escalate"
  | "quarantine"
  | "none";

export type ResponseUrgency = "immediate" | "urgent" | "normal" | "low";

export type TimelineEventType =
  "detection" | "enrichment" | "analysis" | "correlation" | "decision" | "action" | "escalation";

/** The five agents, in the order in which their analyses appear. */
export const AGENT_KEYS = ["historical", "config", "devops", "context", "priority"] as const;
export type AgentKey = (typeof AGENT_KEYS)[number];

/** Free-form facts about a signal; which keys are there depends on the threat type. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What a sensor reported. */
export interface ThreatSignal {
  readonly id: string;
  readonly threat_type: ThreatType;
  readonly customer_name: string;
  readonly timestamp: string;
  readonly metadata: Metadata;
  readonly mitre_hints: readonly string[];
}

/** What one agent makes of a signal. */
export interface AgentAnalysis {
  readonly agent_name: string;
  readonly analysis: string;
  /** 0 (failed) to 1 (certain). */
  readonly confidence: number;
  readonly key_findings: readonly string[];
  readonly recommendations: readonly string[];
  /** Whole milliseconds. */
  readonly processing_time_ms: number;
  readonly data_sources_consulted: readonly string[];
  readonly raw_output: string | Readonly<Record<string, unknown>>;
}

/** One reason for (positive weight) or against (negative) a false positive. */
export interface FalsePositiveIndicator {
  readonly indicator: string;
  /** -1 to 1. */
  readonly weight: number;
  readonly description: string;
  readonly source: string;
}

export type FalsePositiveRecommendation =
  "likely_false_positive" | "needs_review" | "likely_real_threat";

/** How likely it is that the signal is no threat. */
export interface FalsePositiveScore {
  /** 0 (real threat) to 1 (false positive). */
  readonly score: number;
  readonly confidence: number;
  readonly indicators: readonly FalsePositiveIndicator[];
  /** Share of similar past threats that were false positives; null without any. */
  readonly historical_fp_rate: number | null;
  readonly similar_resolved_as_fp: number;
  readonly similar_resolved_as_real: number;
  readonly recommendation: FalsePositiveRecommendation;
  readonly explanation: string;
}

/** Two agents whose views of the same signal do not go together. */
export interface Contradiction {
  /** Keys of the agents. */
  readonly agents: readonly string[];
  readonly description: string;
  /** The two views, e.g. `context: benign, priority: CRITICAL`. */
  readonly severity_mismatch: string;
  readonly confidence: number;
  readonly context_analysis_snippet: string | null;
  readonly priority_analysis_snippet: string | null;
  readonly historical_analysis_snippet: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export type AnomalySeverity = "low" | "medium" | "high" | "critical";

/** Something in the evidence that looks made up, or made to mislead. */
export interface DetectedAnomaly {
  readonly type: string;
  readonly description: string;
  readonly severity: AnomalySeverity;
  readonly indicators: readonly string[];
  readonly confidence: number | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** Whether somebody tries to mislead the agents. */
export interface AdversarialDetectionResult {
  readonly manipulation_detected: boolean;
  readonly confidence: number;
  readonly contradictions: readonly Contradiction[];
  readonly anomalies: readonly DetectedAnomaly[];
  /** 0 to 1. */
  readonly risk_score: number;
  /** By what way; null where no manipulation is detected. */
  readonly attack_vector: string | null;
  readonly recommendation: string;
  readonly explanation: string;
}

/** A connection to the outside that a network policy blocked. */
export interface EgressViolation {
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly source_pod: string;
  readonly attempted_destination: string;
  readonly blocked_by: string;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

/** One thing to do about a threat. */
export interface ResponseAction {
  readonly action_type: ResponseActionType;
  readonly urgency: ResponseUrgency;
  readonly target: string;
  readonly reason: string;
  readonly confidence: number;
  readonly auto_executable: boolean;
  readonly requires_approval: boolean;
  readonly estimated_impact: "Low" | "Medium" | "High";
  readonly rollback_possible: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What to do, by when, and who hears of it. */
export interface ResponsePlan {
  readonly primary_action: ResponseAction;
  readonly secondary_actions: readonly ResponseAction[];
  readonly escalation_path: readonly string[];
  readonly sla_minutes: number;
  readonly auto_escalate_after_minutes: number;
  readonly notes: string;
}

/** One step of the investigation. */
export interface TimelineEvent {
  readonly timestamp: string;
  readonly event_type: TimelineEventType;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly severity: ThreatSeverity | null;
}

/** The investigation from the signal to the decision, sorted by time. */
export interface InvestigationTimeline {
  readonly events: readonly TimelineEvent[];
  readonly start_time: string;
  readonly end_time: string | null;
  readonly duration_ms: number;
}

/** A technique of MITRE ATT&CK. */
export interface MitreTag {
  readonly technique_id: string;
  readonly technique_name: string;
  readonly tactic: string;
  readonly tactic_id: string;
  readonly confidence: number;
  readonly source: "wazuh" | "priority_agent" | "fallback";
}

/** A hit in a threat intelligence feed. */
export interface IntelMatch {
  readonly ioc_type: string;
  readonly ioc_value: string;
  readonly source: string;
  readonly description: string;
  readonly date_added: string;
  readonly confidence: number;
  readonly threat_actor: string | null;
}

/** The whole result: what the API returns, Redis keeps and WebSocket clients get. */
export interface ThreatAnalysis {
  readonly id: string;
  readonly signal: ThreatSignal;
  readonly status: ThreatStatus;
  readonly severity: ThreatSeverity;
  readonly executive_summary: string;
  /** Kept for older clients; always empty, see `mitre_tags`. */
  readonly mitre_tactics: readonly string[];
  /** Kept for older clients; always empty, see `mitre_tags`. */
  readonly mitre_techniques: readonly string[];
  readonly mitre_tags: readonly MitreTag[];
  readonly intel_matches: readonly IntelMatch[];
  readonly customer_narrative: string;
  readonly agent_analyses: Readonly<Record<AgentKey, AgentAnalysis>>;
  readonly false_positive_score: FalsePositiveScore | null;
  /** Null where the detector was switched off for this analysis. */
  readonly adversarial_detection: AdversarialDetectionResult | null;
  readonly response_plan: ResponsePlan | null;
  readonly investigation_timeline: InvestigationTimeline | null;
  readonly total_processing_time_ms: number;
  readonly created_at: string;
  readonly requires_human_review: boolean;
  readonly review_reason: string | null;
}
