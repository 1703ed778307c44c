import type { PhaseSpan } from "../telemetry/phases.js";
import type { AgentAnalysis } from "../contract/analysis.js";
import { clamp, round } from "../base/numbers.js";
import type { Agent } from "./agent.js";
import type { Finding, ToldInput } from "../threats/finding.js";

const FAILED: Finding = {
  analysis: "The agent failed. Manual review required.",
  confidence: 0,
  findings: [],
  recommendations: ["Manual review required"],
  sources: [],
  risk: 0,
  output: {},
};

/** What became of an agent's work. */
export interface Outcome {
  readonly finding: Finding;
  /** Why it failed; absent if it did not. */
  readonly error?: Error;
}

/** Has an agent judge; one that fails finds nothing and is sure of nothing. */
export async function attempt(agent: Agent, input: ToldInput): Promise<Outcome> {
  try {
    return { finding: await agent(input) };
  } catch (error) {
    const known = error instanceof Error;
    return { finding: FAILED, error: known ? error : new Error("no reason", { cause: error }) };
  }
}

/** Tells a trace how an agent fared. */
export function describeAgent(span: PhaseSpan, { finding, error }: Outcome, ms: number): void {
  span.set({
    "agent.confidence": finding.confidence,
    "agent.duration_ms": Math.round(ms),
    ...(error !== undefined && { "agent.error": error.message }),
  });
}

/** A finding in the API's form. */
export function publish(name: string, finding: Finding, ms: number): AgentAnalysis {
  return {
    agent_name: name,
    analysis: finding.analysis,
    confidence: clamp(round(finding.confidence)),
    key_findings: finding.findings,
    recommendations: finding.recommendations,
    processing_time_ms: Math.round(ms),
    data_sources_consulted: finding.sources,
    raw_output: finding.output,
  };
}
