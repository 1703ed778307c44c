/**
 * The backend's wire format: REST bodies and WebSocket messages, as far as the page reads them.
 * `tests/contract.types.ts` holds it against the backend's own contract.
 *
 * Every `*_at`, `timestamp` and `*_time` is an ISO string in UTC, usually without a zone suffix:
 * read it with `parseUtc`, never with `new Date`.
 */

/** Every kind of threat that the backend knows, in the order in which menus show them. */
export const THREAT_TYPES = [
  "bot_traffic",
  "proxy_network",
  "device_compromise",
  "anomaly_detection",
  "rate_limit_breach",
  "geo_anomaly",
] as const;
export type ThreatType = (typeof THREAT_TYPES)[number];

/** Every severity, worst first. */
export const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"] as const;
export type Severity = (typeof SEVERITIES)[number];

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

/** What a sensor reported, before anyone looked at it. */
export interface ThreatSignal {
  readonly id: string;
  readonly threat_type: ThreatType;
  readonly customer_name: string;
  readonly timestamp: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly mitre_hints: readonly string[];
}

/** What one agent concluded. */
export interface AgentAnalysis {
  readonly agent_name: string;
  readonly analysis: string;
  /** 0 to 1; 0 when the agent failed. */
  readonly confidence: number;
  readonly key_findings: readonly string[];
  readonly recommendations: readonly string[];
  readonly processing_time_ms: number;
  readonly data_sources_consulted: readonly string[];
  readonly raw_output: string | Readonly<Record<string, unknown>>;
}

export interface FalsePositiveIndicator {
  readonly indicator: string;
  /** -1 (speaks for a real threat) to 1 (speaks for a false positive). */
  readonly weight: number;
  readonly description: string;
  readonly source: string;
}

export interface FalsePositiveScore {
  /** 0 (surely real) to 1 (surely a false positive). */
  readonly score: number;
  readonly confidence: number;
  readonly indicators: readonly FalsePositiveIndicator[];
  readonly historical_fp_rate: number | null;
  readonly similar_resolved_as_fp: number;
  readonly similar_resolved_as_real: number;
  readonly recommendation: "likely_false_positive" | "needs_review" | "likely_real_threat";
  readonly explanation: string;
}

export interface Contradiction {
  readonly agents: readonly string[];
  readonly description: string;
  readonly severity_mismatch: string;
  readonly confidence: number;
}

export interface DetectedAnomaly {
  readonly type: string;
  readonly description: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly indicators: readonly string[];
  readonly confidence: number | null;
}

/** Whether someone tried to mislead the agents. */
export interface AdversarialDetectionResult {
  readonly manipulation_detected: boolean;
  readonly confidence: number;
  readonly contradictions: readonly Contradiction[];
  readonly anomalies: readonly DetectedAnomaly[];
  readonly risk_score: number;
  readonly attack_vector: string | null;
  readonly recommendation: string;
  readonly explanation: string;
}

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

export interface ResponsePlan {
  readonly primary_action: ResponseAction;
  readonly secondary_actions: readonly ResponseAction[];
  readonly escalation_path: readonly string[];
  readonly sla_minutes: number;
  /** Null where a backend lets nothing escalate by itself; ours always does. */
  readonly auto_escalate_after_minutes: number | null;
  readonly notes: string;
}

export interface TimelineEvent {
  readonly timestamp: string;
  readonly event_type: TimelineEventType;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly severity: Severity | null;
}

export interface InvestigationTimeline {
  /** Sorted by time. */
  readonly events: readonly TimelineEvent[];
  readonly start_time: string;
  readonly end_time: string | null;
  readonly duration_ms: number;
}

export interface MitreTag {
  readonly technique_id: string;
  readonly technique_name: string;
  readonly tactic: string;
  readonly tactic_id: string;
  readonly confidence: number;
  readonly source: "wazuh" | "priority_agent" | "fallback";
}

export interface IntelMatch {
  readonly ioc_type: string;
  readonly ioc_value: string;
  readonly source: string;
  readonly description: string;
  readonly date_added: string;
  readonly confidence: number;
  readonly threat_actor: string | null;
}

/** One analysed threat: what the list shows and what the detail explains. */
export interface ThreatAnalysis {
  readonly id: string;
  readonly signal: ThreatSignal;
  readonly status: ThreatStatus;
  readonly severity: Severity;
  readonly executive_summary: string;
  readonly mitre_tags: readonly MitreTag[];
  readonly intel_matches: readonly IntelMatch[];
  readonly customer_narrative: string;
  /** By agent key: historical, config, devops, context, priority; some may be absent. */
  readonly agent_analyses: Readonly<Record<string, AgentAnalysis>>;
  readonly false_positive_score: FalsePositiveScore | null;
  readonly adversarial_detection: AdversarialDetectionResult | null;
  readonly response_plan: ResponsePlan | null;
  readonly investigation_timeline: InvestigationTimeline | null;
  readonly total_processing_time_ms: number;
  readonly created_at: string;
  readonly requires_human_review: boolean;
  readonly review_reason: string | null;
  /** The trace in which it was analysed; null where none was recorded. */
  readonly trace_id: string | null;
  /** Grows with every change of what is stored. */
  readonly version: number;
  readonly assignee: string | null;
  /** What a person wrote of it. */
  readonly note: string | null;
  /** Whether a person says that it is real. */
  readonly confirmed: boolean;
  /** Who has decided what of it last, and when. */
  readonly decisions: Readonly<Partial<Record<Decided, Decision>>>;
  /** What the verdict rests on. */
  readonly evidence: readonly Evidence[];
}

/** A fact that a verdict rests on. */
export interface Evidence {
  readonly fact: string;
  /** Where it can be looked up, such as `signal.metadata.rule_level`. */
  readonly fields: readonly string[];
}

/** What people decide of a threat, whatever its source says later. */
export type Decided = "status" | "assignee" | "note" | "confirmed";

export interface Decision {
  readonly by: string;
  readonly at: string;
}

/** What `PATCH /api/threats/{id}` takes; what is not given stays as it is, null takes it away. */
export interface Decisions {
  /** Of the threat that the person saw. */
  readonly version: number;
  readonly status?: Exclude<ThreatStatus, "pending">;
  readonly assignee?: string | null;
  readonly note?: string | null;
  readonly confirmed?: boolean;
}

/** The figures of `GET /api/analytics`. */
export interface DashboardMetrics {
  /** All threats ever counted, also those that are no longer stored. */
  readonly total_threats: number;
  readonly customers_affected: number;
  /** Whole milliseconds, over the stored threats; 0 without any. */
  readonly average_processing_time_ms: number;
  /** Over the stored threats, as are the two below. */
  readonly threats_requiring_review: number;
  readonly threats_by_type: Readonly<Record<string, number>>;
  readonly threats_by_severity: Readonly<Record<string, number>>;
  /** What had to be dropped before anybody had reviewed it, since the last reset. */
  readonly dropped: { readonly awaiting_review: number };
  /** What could not be read: how much of it is kept, and how much is not, or not any more. Null where nobody can say. */
  readonly quarantine: { readonly kept: number; readonly fallen_out: number } | null;
}

/** Something that was sent and could not be read. */
export interface QuarantineEntry {
  readonly id: string;
  readonly received_at: string;
  /** By the name of its route: `wazuh`, `own`. */
  readonly source: string;
  /** Its place in a batch, from 1; null of what came alone. */
  readonly line: number | null;
  readonly message: string;
  readonly field: string | null;
  /** What came; cut where it is long. */
  readonly raw: string;
}

/** What `GET /api/quarantine` tells. */
export interface Quarantined {
  /** Newest first. */
  readonly entries: readonly QuarantineEntry[];
  /** How many there are in all. */
  readonly kept: number;
  /** How many are not kept, by reason. */
  readonly fallen_out: Readonly<Record<string, number>>;
}

/** What `GET /api/threats/histogram` tells; times in seconds since the epoch. */
export interface Histogram {
  /** When the oldest stored threat was made; null without any. */
  readonly oldest: number | null;
  /** Oldest first. */
  readonly buckets: readonly { readonly counts: SeverityCounts }[];
}

/** How many threats of each severity there are; those without any are absent. */
export type SeverityCounts = Readonly<Partial<Record<Severity, number>>>;

/** What `GET /api/observability` tells; nothing but nulls where there is no stack to look at. */
export interface Observability {
  readonly available: boolean;
  /** Templates with `{trace_id}` and `{threat_id}`: paths of the page's own address, or whole URLs. */
  readonly links: { readonly trace: string | null; readonly logs: string | null };
  /** Where Prometheus tells which alerts fire. */
  readonly alerts: string | null;
}

/** What people and machines may do. */
export const ROLES = ["reader", "analyst", "ingest"] as const;
export type Role = (typeof ROLES)[number];

/** What `GET /api/session` tells of whoever asks. */
export interface Session {
  /** Whether anybody has to sign in. */
  readonly login: boolean;
  /** Null where nobody has to. */
  readonly name: string | null;
  readonly roles: readonly Role[];
}

/** What `POST /api/threats/trigger` takes; an empty one asks for a random threat. */
export interface TriggerRequest {
  readonly threat_type?: ThreatType;
  readonly scenario?: string;
  readonly adversarial_scenario?: string;
  readonly adversarial_detector_enabled?: boolean;
}

/** Threats as the server lists them, without those that this page cannot read. */
export interface ThreatPage {
  readonly threats: readonly ThreatAnalysis[];
  /** How many the server sent, unreadable ones included. */
  readonly received: number;
}

/** What the server sends on `/ws`. */
export type ServerMessage =
  | { readonly type: "initial_batch"; readonly data: ThreatPage }
  | { readonly type: "new_threat"; readonly data: ThreatAnalysis }
  | { readonly type: "threat_updated"; readonly data: ThreatAnalysis }
  | { readonly type: "ping" }
  | { readonly type: "pong" };
