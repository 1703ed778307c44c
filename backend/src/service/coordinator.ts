import type { Agent } from "../agents/agent.js";
import type { Finding, ToldInput } from "../threats/finding.js";
import { AGENT_NAMES, AGENTS } from "../agents/ruleAgents.js";
import { attempt, describeAgent, publish } from "../agents/run.js";
import {
  detectManipulation,
  suspect,
  suspicionEvidence,
} from "../analyzers/adversarial/detector.js";
import { scoreFalsePositive } from "../analyzers/falsePositive.js";
import { mitreTags } from "../analyzers/mitre.js";
import { narrate, summarize, whyReview } from "../analyzers/narrative.js";
import { planResponse } from "../analyzers/response.js";
import { judge } from "../analyzers/verdict.js";
import { severityOfRisk } from "../threats/severity.js";
import { recordDetection, recordPlan } from "../analyzers/steps.js";
import { TimelineRecorder } from "../analyzers/timeline.js";
import { isoMicros, systemClock, type Clock } from "../base/clock.js";
import { noTracer, threatIds, type Phase, type PhaseTracer } from "../telemetry/phases.js";
import { systemRandom, type Random } from "../base/random.js";
import { enrich } from "./enrich.js";
import { look, type Circumstances } from "./seen.js";
import { text } from "../threats/facts.js";
import type { PastThreat } from "../threats/history.js";
import { AGENT_KEYS, type AgentAnalysis, type AgentKey } from "../contract/analysis.js";
import type { ThreatSignal } from "../contract/signal.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import { UNTOUCHED } from "../threats/triage.js";

/** How much less than the rules a model may find before a person looks at it. */
const MILDER = 0.1;

/** What an analysis depends on besides the signal; every field has the production value as default. */
export interface CoordinatorOptions {
  readonly agents?: Readonly<Record<AgentKey, Agent>>;
  /** Looks for attempts to mislead the agents. */
  readonly detect?: typeof suspect;
  /** Gives times and durations. */
  readonly clock?: Clock;
  /** Gives ids. */
  readonly random?: Random;
  /** Told of an agent that failed; the analysis goes on without it. */
  readonly onAgentError?: (agent: AgentKey, error: unknown) => void;
  /** Told how long an agent took, in seconds. */
  readonly onAgentDone?: (agent: AgentKey, seconds: number) => void;
  /** Watches the phases of each analysis. */
  readonly tracer?: PhaseTracer;
}

/** Has the agents judge a signal and draws the conclusions from what they find. */
export class Coordinator {
  readonly #options: Required<CoordinatorOptions>;

  constructor(options: CoordinatorOptions = {}) {
    this.#options = {
      agents: AGENTS,
      detect: suspect,
      clock: systemClock,
      random: systemRandom,
      onAgentError: () => undefined,
      onAgentDone: () => undefined,
      tracer: noTracer,
      ...options,
    };
  }

  /**
   * Analyses a signal. The same signal, history, circumstances, clock readings and random source give
   * the same result.
   *
   * @param history earlier threats of all pods, newest first: their essence only, see
   *   {@link PastThreat}. Up to 200 are meant; the cost grows with them.
   */
  analyze(
    signal: ThreatSignal,
    history: readonly PastThreat[],
    circumstances: Circumstances = {},
  ): Promise<ThreatAnalysis> {
    const id = circumstances.threatId ?? this.#options.random.uuid();
    const attributes = {
      ...threatIds(id),
      "signal.id": signal.id,
      "threat.type": signal.threat_type,
      "customer.name": signal.customer_name,
      "source.ip": text(signal.metadata, "source_ip") ?? "unknown",
    };
    return this.#options.tracer.run("analyze_threat", attributes, async (span) => {
      const threat = await this.#analyze(id, signal, history, circumstances);
      const detection = threat.adversarial_detection;
      const detected = detection?.manipulation_detected ?? false;
      span.set({
        "threat.severity": threat.severity,
        "fp.score": threat.false_positive_score?.score ?? 0,
        "adversarial.detected": detected,
        ...(detection !== null && detected && { "adversarial.risk_score": detection.risk_score }),
        requires_review: threat.requires_human_review,
      });
      return threat;
    });
  }

  async #analyze(
    id: string,
    signal: ThreatSignal,
    history: readonly PastThreat[],
    circumstances: Circumstances,
  ): Promise<ThreatAnalysis> {
    const { clock, detect } = this.#options;
    const started = clock();
    const timeline = new TimelineRecorder(clock);
    const { incidents = [], traceId = null } = circumstances;
    const known = incidents.length === 0 ? history : [...incidents, ...history];
    const seen = look(signal, known, circumstances, started);
    const input = enrich(signal, seen, known, started, timeline);
    const results = await Promise.all(AGENT_KEYS.map((key) => this.#run(key, input, timeline)));
    const findings = results.map((result) => result.finding);
    const byAgent = recordOf(results, (result) => result.finding);

    const falsePositive = this.#phase("fp_analyzer", () => scoreFalsePositive(input));
    timeline.record("analysis", "False-positive check", "fp_analyzer", {
      description: falsePositive.explanation,
      data: { score: falsePositive.score },
    });
    const suspicions = seen.detectorEnabled
      ? this.#phase("adversarial_detector", () =>
          detect({ input, findings: byAgent, egress: seen.egress }),
        )
      : null;
    const detection = suspicions && detectManipulation(suspicions);
    recordDetection(timeline, detection);
    const deceived = detection?.manipulation_detected ?? false;
    // A model reads what strangers wrote: it may see more than the rules, and never less.
    const risks = findings.map(({ risk, ruleRisk = risk }) => Math.max(risk, ruleRisk));
    const { risk, severity } = judge(risks, falsePositive.score, deceived);
    const tags = mitreTags(signal.threat_type, signal.mitre_hints, byAgent.priority.techniques);
    timeline.record("correlation", "Findings combined", "coordinator", {
      data: { risk, techniques: tags.map((tag) => tag.technique_id) },
    });
    timeline.record("decision", `Severity ${severity}`, "coordinator", { severity });

    const likelyNothing = falsePositive.recommendation === "likely_false_positive" && !deceived;
    const plan = this.#phase("response_engine", () =>
      planResponse(signal, input.facts, severity, likelyNothing),
    );
    recordPlan(timeline, plan);

    const reviewReason = whyReview({
      severity,
      falsePositive,
      detection,
      failedAgents: results.filter((result) => result.failed).map((result) => result.key),
      asked: byAgent.priority.asksForReview ?? false,
      milder: findings.some(({ risk, ruleRisk = risk }) => ruleRisk - risk >= MILDER),
      bySignal: severityOfRisk(byAgent.priority.risk),
    });
    const investigation = this.#phase("timeline_builder", () => timeline.build());
    const finished = clock();
    return {
      id,
      signal,
      status: "completed",
      severity,
      executive_summary: summarize(signal, severity, falsePositive, findings),
      mitre_tactics: [],
      mitre_techniques: [],
      mitre_tags: tags,
      intel_matches: input.intel,
      // Under manipulation a model's words are not for the customer.
      customer_narrative:
        (deceived ? undefined : byAgent.priority.narrative) ??
        narrate(signal, severity, plan.sla_minutes),
      agent_analyses: recordOf(results, (result) => result.analysis),
      false_positive_score: falsePositive,
      adversarial_detection: detection,
      response_plan: plan,
      investigation_timeline: investigation,
      total_processing_time_ms: Math.round(finished - started),
      created_at: isoMicros(finished),
      requires_human_review: reviewReason !== null,
      review_reason: reviewReason,
      trace_id: traceId,
      ...UNTOUCHED,
      evidence: [
        ...findings.flatMap((finding) => finding.evidence ?? []),
        ...suspicionEvidence(suspicions ?? []),
      ],
    };
  }

  #phase<T>(phase: Phase, work: () => T): T {
    return this.#options.tracer.run(phase, {}, work);
  }

  #run(key: AgentKey, input: ToldInput, timeline: TimelineRecorder): Promise<AgentResult> {
    const { agents, clock, onAgentDone, onAgentError, tracer } = this.#options;
    const name = AGENT_NAMES[key];
    return tracer.run(`${key}_agent`, { "agent.name": name }, async (span) => {
      const started = clock();
      const outcome = await attempt(agents[key], input);
      const { finding, error } = outcome;
      const ms = clock() - started;
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
}

interface AgentResult {
  readonly key: AgentKey;
  readonly finding: Finding;
  readonly analysis: AgentAnalysis;
  readonly failed: boolean;
}

function recordOf<T>(
  results: readonly AgentResult[],
  value: (result: AgentResult) => T,
): Readonly<Record<AgentKey, T>> {
  return Object.fromEntries(results.map((result) => [result.key, value(result)])) as Record<
    AgentKey,
    T
  >;
}
