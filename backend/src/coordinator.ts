import { clamp, round, type Agent, type AgentInput, type Finding } from "./agents/agent.js";
import { config } from "./agents/config.js";
import { context } from "./agents/context.js";
import { devops } from "./agents/devops.js";
import { historical } from "./agents/historical.js";
import { priority } from "./agents/priority.js";
import { scoreFalsePositive } from "./analyzers/falsePositive.js";
import { mitreTags } from "./analyzers/mitre.js";
import { planResponse } from "./analyzers/response.js";
import { riskScore, severityOf } from "./analyzers/severity.js";
import { TimelineRecorder } from "./analyzers/timeline.js";
import { isoMicros, systemClock, type Clock } from "./clock.js";
import {
  noTracer,
  type Phase,
  type PhaseAttributes,
  type PhaseSpan,
  type PhaseTracer,
} from "./phases.js";
import { systemRandom, type Random } from "./random.js";
import { customerProfile } from "./threats/customers.js";
import { factsOf, text } from "./threats/facts.js";
import type { PastThreat } from "./threats/history.js";
import {
  AGENT_KEYS,
  type AgentAnalysis,
  type AgentKey,
  type EgressViolation,
  type FalsePositiveScore,
  type IntelMatch,
  type ThreatAnalysis,
  type ThreatSeverity,
  type ThreatSignal,
} from "./types.js";

/** The agents of this version. */
export const AGENTS: Readonly<Record<AgentKey, Agent>> = {
  historical,
  config,
  devops,
  context,
  priority,
};

const AGENT_NAMES: Readonly<Record<AgentKey, string>> = {
  historical: "Historical Agent",
  config: "Config Agent",
  devops: "DevOps Agent",
  context: "Context Agent",
  priority: "Priority Agent",
};

const FAILED: Finding = {
  analysis: "The agent failed. Manual review required.",
  confidence: 0,
  findings: [],
  recommendations: ["Manual review required"],
  sources: [],
  risk: 0,
  output: {},
};

/** What one analysis is told besides the signal and the history; all of it may be left out. */
export interface Circumstances {
  /** Incidents that this analysis alone knows of, newest first. An adversarial scenario plants some. */
  readonly incidents?: readonly PastThreat[];
  /** Connections to the outside that were blocked within the last hour; the newest 100 are enough. */
  readonly egress?: readonly EgressViolation[];
  /** What intelligence feeds say of the signal, besides the built-in list. */
  readonly intel?: readonly IntelMatch[];
  /** Whether to look for attempts to mislead the agents. Default true. */
  readonly detectorEnabled?: boolean;
}

/** What an analysis depends on besides the signal; every field has the production value as default. */
export interface CoordinatorOptions {
  readonly agents?: Readonly<Record<AgentKey, Agent>>;
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
   *   {@link PastThreat}. What the store keeps (50 to 100) is meant; the cost grows with it.
   */
  analyze(
    signal: ThreatSignal,
    history: readonly PastThreat[],
    circumstances: Circumstances = {},
  ): Promise<ThreatAnalysis> {
    const attributes = {
      "threat.id": signal.id,
      "threat.type": signal.threat_type,
      "customer.name": signal.customer_name,
      "source.ip": text(signal.metadata, "source_ip") ?? "unknown",
    };
    return this.#phase("analyze_threat", attributes, async (span) => {
      const threat = await this.#analyze(signal, history, circumstances);
      span.set({
        "threat.severity": threat.severity,
        "fp.score": threat.false_positive_score?.score ?? 0,
        "adversarial.detected": threat.adversarial_detection?.manipulation_detected ?? false,
        requires_review: threat.requires_human_review,
      });
      return threat;
    });
  }

  async #analyze(
    signal: ThreatSignal,
    history: readonly PastThreat[],
    circumstances: Circumstances,
  ): Promise<ThreatAnalysis> {
    const { clock, random } = this.#options;
    const started = clock();
    const timeline = new TimelineRecorder(clock);
    timeline.recordAt(signal.timestamp, "detection", "Signal received", "sensor", {
      description: `${signal.threat_type} against ${signal.customer_name}`,
      data: { signal_id: signal.id },
    });

    const known = [...(circumstances.incidents ?? []), ...history];
    const input = this.#enrich(signal, known, started, timeline);
    const results = await Promise.all(
      AGENT_KEYS.map((key) =>
        this.#phase(`${key}_agent`, { "agent.name": AGENT_NAMES[key] }, (span) =>
          this.#run(key, input, timeline, span),
        ),
      ),
    );
    const findings = results.map((result) => result.finding);
    const confidence = findings.reduce((sum, f) => sum + f.confidence, 0) / findings.length;

    const falsePositive = this.#phase("fp_analyzer", {}, () =>
      scoreFalsePositive(input, confidence),
    );
    timeline.record("analysis", "False-positive check", "fp_analyzer", {
      description: falsePositive.explanation,
      data: { score: falsePositive.score },
    });
    const risk = riskScore(
      findings.map((finding) => finding.risk),
      falsePositive.score,
    );
    timeline.record("correlation", "Findings combined", "coordinator", { data: { risk } });
    const tags = mitreTags(signal.threat_type);
    timeline.record("correlation", "Techniques assigned", "coordinator", {
      data: { techniques: tags.map((tag) => tag.technique_id) },
    });
    const severity = severityOf(risk, falsePositive.score);
    timeline.record("decision", `Severity ${severity}`, "coordinator", { severity });

    const plan = this.#phase("response_engine", {}, () =>
      planResponse(signal, input.facts, severity, falsePositive),
    );
    for (const action of [plan.primary_action, ...plan.secondary_actions]) {
      timeline.record("action", `Proposed: ${action.action_type}`, "response_engine", {
        description: action.reason,
        data: { target: action.target, urgency: action.urgency },
      });
    }
    timeline.record("escalation", "Escalation path set", "response_engine", {
      description: plan.escalation_path.join(", "),
      data: { after_minutes: plan.auto_escalate_after_minutes },
    });

    const reviewReason = whyReview(severity, falsePositive, results);
    const finished = clock();
    return {
      id: random.uuid(),
      signal,
      status: "completed",
      severity,
      executive_summary: summarize(signal, severity, falsePositive, findings),
      mitre_tactics: [],
      mitre_techniques: [],
      mitre_tags: tags,
      intel_matches: [],
      customer_narrative: narrate(signal, severity, plan.sla_minutes),
      agent_analyses: Object.fromEntries(
        results.map(({ key, analysis }) => [key, analysis]),
      ) as Record<AgentKey, AgentAnalysis>,
      false_positive_score: falsePositive,
      adversarial_detection: null,
      response_plan: plan,
      investigation_timeline: this.#phase("timeline_builder", {}, () => timeline.build()),
      total_processing_time_ms: Math.round(finished - started),
      created_at: isoMicros(finished),
      requires_human_review: reviewReason !== null,
      review_reason: reviewReason,
    };
  }

  #enrich(
    signal: ThreatSignal,
    history: readonly PastThreat[],
    now: number,
    timeline: TimelineRecorder,
  ): AgentInput {
    const enriched = (title: string, data: Readonly<Record<string, unknown>>): void =>
      timeline.record("enrichment", title, "coordinator", { data });
    const facts = factsOf(signal.metadata);
    enriched("Source read from the signal", { source_ip: facts.sourceIp });
    enriched("Traffic read from the signal", { requests_per_minute: facts.requestsPerMinute });
    const profile = customerProfile(signal.customer_name);
    enriched("Customer looked up", { industry: profile.industry });
    enriched("History looked up", { threats: history.length });
    return { signal, facts, profile, history, now };
  }

  #phase<T>(phase: Phase, attributes: PhaseAttributes, work: (span: PhaseSpan) => T): T {
    return this.#options.tracer.run(phase, attributes, work);
  }

  async #run(
    key: AgentKey,
    input: AgentInput,
    timeline: TimelineRecorder,
    span: PhaseSpan,
  ): Promise<AgentResult> {
    const { agents, clock, onAgentDone, onAgentError } = this.#options;
    const started = clock();
    let finding: Finding;
    let failed = false;
    try {
      finding = await agents[key](input);
    } catch (error) {
      onAgentError(key, error);
      span.set({ "agent.error": error instanceof Error ? error.message : String(error) });
      finding = FAILED;
      failed = true;
    }
    const ms = clock() - started;
    onAgentDone(key, ms / 1000);
    span.set({ "agent.confidence": finding.confidence, "agent.duration_ms": Math.round(ms) });
    timeline.record("analysis", AGENT_NAMES[key], `${key}_agent`, {
      description: finding.analysis,
      data: { confidence: finding.confidence },
    });
    const analysis: AgentAnalysis = {
      agent_name: AGENT_NAMES[key],
      analysis: finding.analysis,
      confidence: clamp(round(finding.confidence)),
      key_findings: finding.findings,
      recommendations: finding.recommendations,
      processing_time_ms: Math.round(ms),
      data_sources_consulted: finding.sources,
      raw_output: finding.output,
    };
    return { key, finding, analysis, failed };
  }
}

interface AgentResult {
  readonly key: AgentKey;
  readonly finding: Finding;
  readonly analysis: AgentAnalysis;
  readonly failed: boolean;
}

/** Why a person has to look at it; null if nobody has to. */
function whyReview(
  severity: ThreatSeverity,
  falsePositive: FalsePositiveScore,
  results: readonly AgentResult[],
): string | null {
  const failed = results.filter((result) => result.failed).map((result) => result.key);
  const why = [
    ...(severity === "CRITICAL" ? ["Critical severity"] : []),
    ...(severity === "HIGH" && falsePositive.recommendation === "needs_review"
      ? ["High severity, but possibly a false positive"]
      : []),
    ...(failed.length > 0 ? [`Failed agents: ${failed.join(", ")}`] : []),
  ];
  return why.length > 0 ? why.join("; ") : null;
}

function summarize(
  signal: ThreatSignal,
  severity: ThreatSeverity,
  falsePositive: FalsePositiveScore,
  findings: readonly Finding[],
): string {
  const weightiest = findings
    .filter((finding) => finding.findings.length > 0)
    .sort((a, b) => Math.abs(b.risk) - Math.abs(a.risk))
    .flatMap((finding) => finding.findings.slice(0, 2))
    .slice(0, 3);
  const evidence = weightiest.length > 0 ? ` ${weightiest.join(". ")}.` : "";
  return (
    `${severity} ${label(signal)} against ${signal.customer_name}.${evidence}` +
    ` Probability of a false positive: ${Math.round(falsePositive.score * 100)} %.`
  );
}

function narrate(signal: ThreatSignal, severity: ThreatSeverity, slaMinutes: number): string {
  const grave = severity === "HIGH" || severity === "CRITICAL";
  return (
    `We have seen ${label(signal)} aimed at ${signal.customer_name}. ` +
    (grave
      ? `Our analysts act on it within ${slaMinutes} minutes and will contact you.`
      : "We keep watching it; you need not do anything.")
  );
}

function label(signal: ThreatSignal): string {
  return signal.threat_type.replaceAll("_", " ");
}
