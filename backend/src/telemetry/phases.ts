import type { AgentKey } from "../contract/analysis.js";

/** The parts of an analysis, by the names under which traces show them, and what is read before it. */
export type Phase =
  | "gather_context"
  | "analyze_threat"
  | `${AgentKey}_agent`
  | "fp_analyzer"
  | "adversarial_detector"
  | "response_engine"
  | "timeline_builder";

/** What is told of a phase: `threat.id`, `agent.confidence`, ... */
export type PhaseAttributes = Readonly<Record<string, string | number | boolean | string[]>>;

/**
 * The id of a threat, by which the API knows it, as its spans have it. `threat.analysis_id` is what only
 * the receipts had once, and what queries of that time ask for.
 */
export function threatIds(id: string): PhaseAttributes {
  return { "threat.id": id, "threat.analysis_id": id };
}

/** A running phase. */
export interface PhaseSpan {
  /** Adds to what is told of the phase. */
  set(attributes: PhaseAttributes): void;
}

/**
 * Watches the phases of an analysis, e.g. to make spans of them. `analyze_threat` is the parent of all
 * that follow: they run within its `work`, the five agents at the same time.
 */
export interface PhaseTracer {
  /**
   * Runs `work` and gives back what it gives, which may be a promise: then the phase lasts until that
   * is settled. What `work` throws goes through.
   */
  run<T>(phase: Phase, attributes: PhaseAttributes, work: (span: PhaseSpan) => T): T;
}

/** Tells nothing. */
export const NO_SPAN: PhaseSpan = { set: () => undefined };

/** Watches nothing. */
export const noTracer: PhaseTracer = { run: (_phase, _attributes, work) => work(NO_SPAN) };
