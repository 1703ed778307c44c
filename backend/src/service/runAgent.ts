import type { Agent } from "../agents/agent.js";
import { AGENT_NAMES } from "../agents/ruleAgents.js";
import { attempt, describeAgent, publish } from "../agents/run.js";
import type { TimelineRecorder } from "../analyzers/timeline.js";
import type { AgentAnalysis, AgentKey } from "../contract/analysis.js";
import type { PhaseTracer } from "../telemetry/phases.js";
import type { Finding, ToldInput } from "../threats/finding.js";
import type { Recorder } from "./record.js";

/** The agents, and who is told of their work. */
export interface AgentRuns {
  readonly agents: Readonly<Record<AgentKey, Agent>>;
  /** Watches the phases of each analysis. */
  readonly tracer: PhaseTracer;
  /** Told of an agent that failed; the analysis goes on without it. */
  readonly onAgentError: (agent: AgentKey, error: unknown) => void;
  /** Told how long an agent took, in seconds. */
  readonly onAgentDone: (agent: AgentKey, seconds: number) => void;
}

/** What became of one agent's work. */
export interface AgentResult {
  readonly key: AgentKey;
  readonly finding: Finding;
  readonly analysis: AgentAnalysis;
  readonly failed: boolean;
}

/** Has one agent judge, and writes down how it fared. */
export function runAgent(
  key: AgentKey,
  input: ToldInput,
  timeline: TimelineRecorder,
  recorder: Recorder,
  { agents, tracer, onAgentDone, onAgentError }: AgentRuns,
): Promise<AgentResult> {
  const { clock } = recorder;
  const name = AGENT_NAMES[key];
  return tracer.run(`${key}_agent`, { "agent.name": name }, async (span) => {
    const started = clock();
    const outcome = await attempt(agents[key], input);
    const { finding, error } = outcome;
    const ms = clock() - started;
    recorder.take(key, agents[key], outcome);
    onAgentDone(key, ms / 1000);
    if (error !== undefined) {
      onAgentError(key, error);
    }
    describeAgent(span, outcome, ms);
    timeline.record("analysis", name, `${key}_agent`, {
      description: finding.analysis,
      data: { confidence: finding.confidence },
    });
    return { key, finding, analysis: publish(name, finding, ms), failed: error !== undefined };
  });
}

/** Something of each agent's result. */
export function ofEach<T>(
  results: readonly AgentResult[],
  value: (result: AgentResult) => T,
): Readonly<Record<AgentKey, T>> {
  const each: Partial<Record<AgentKey, T>> = {};
  for (const result of results) {
    each[result.key] = value(result);
  }
  return each as Record<AgentKey, T>;
}
