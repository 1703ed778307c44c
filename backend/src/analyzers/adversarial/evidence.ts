import type { AgentInput, Finding } from "../../threats/finding.js";
import type { AgentKey, Contradiction, DetectedAnomaly } from "../../contract/analysis.js";
import type { EgressSeen } from "../../contract/seen.js";

/** All that the detector looks at. */
export interface DetectorInput {
  readonly input: AgentInput;
  readonly findings: Readonly<Record<AgentKey, Finding>>;
  /** Connections to the outside that were blocked lately. */
  readonly egress: EgressSeen;
}

/** By what way somebody tries to mislead. */
export type Vector =
  | "note_poisoning"
  | "prompt_injection"
  | "agent_manipulation"
  | "context_manipulation"
  | "egress_evasion"
  | "forged_telemetry"
  | "tool_evasion"
  | "volume_masking"
  | "coordinated_attack";

/** What a check found, and the way that it points to. */
export interface Suspicion {
  readonly vector: Vector;
  /** Where it can be looked up, see {@link Evidence}. */
  readonly fields: readonly string[];
  readonly anomaly?: DetectedAnomaly;
  readonly contradiction?: Contradiction;
}

/** One check: pure, and silent for ordinary traffic. */
export type Check = (evidence: DetectorInput) => readonly Suspicion[];

const MAX_SNIPPET = 200;

/** What an agent said, cut to a length that a card can show. */
export function snippet(finding: Finding): string {
  return [finding.analysis, ...finding.findings].join(" ").slice(0, MAX_SNIPPET);
}

/** An anomaly, its fields in the contract's order; what is not given is null. */
export function anomaly(
  fields: Omit<DetectedAnomaly, "confidence" | "metadata"> & Partial<DetectedAnomaly>,
): DetectedAnomaly {
  const { type, description, severity, indicators, confidence = null, metadata = null } = fields;
  return { type, description, severity, indicators, confidence, metadata };
}

/** A contradiction, its fields in the contract's order; what is not given is null. */
export function contradiction(
  fields: Pick<Contradiction, "agents" | "description" | "severity_mismatch" | "confidence"> &
    Partial<Contradiction>,
): Contradiction {
  return {
    agents: fields.agents,
    description: fields.description,
    severity_mismatch: fields.severity_mismatch,
    confidence: fields.confidence,
    context_analysis_snippet: fields.context_analysis_snippet ?? null,
    priority_analysis_snippet: fields.priority_analysis_snippet ?? null,
    historical_analysis_snippet: fields.historical_analysis_snippet ?? null,
    metadata: fields.metadata ?? null,
  };
}
