import { AGENTS } from "../agents/ruleAgents.js";
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
import { noTracer, threatIds, type Phase } from "../telemetry/phases.js";
import { systemRandom, type Random } from "../base/random.js";
import { enrich } from "./enrich.js";
import { Recorder } from "./record.js";
import { ofEach, runAgent, type AgentRuns } from "./runAgent.js";
import { look, type Circumstances, type Seen } from "./seen.js";
import { text } from "../threats/facts.js";
import type { PastThreat } from "../threats/history.js";
import { AGENT_KEYS } from "../contract/analysis.js";
import type { ThreatSignal } from "../contract/signal.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import { UNTOUCHED } from "../threats/triage.js";

/** How much less than the rules a model may find before a person looks at it. */
const MILDER = 0.1;

/** What an analysis depends on besides the signal; every field has the production value as default. */
export interface CoordinatorOptions extends Partial<AgentRuns> {
  /** Looks for attempts to mislead the agents. */
  readonly detect?: typeof suspect;
  /** Gives times and durations. */
  readonly clock?: Clock;
  /** Gives ids. */
  readonly random?: Random;
}

/** What an analysis found, and what it was made of. */
export interface Investigated {
  readonly threat: ThreatAnalysis;
  readonly recorder: Recorder;
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
  async analyze(
    signal: ThreatSignal,
    history: readonly PastThreat[],
    circumstances?: Circumstances,
  ): Promise<ThreatAnalysis> {
    return (await this.investigate(signal, history, circumstances)).threat;
  }

  /** The same, and what the verdict was made of. */
  investigate(
    signal: ThreatSignal,
    history: readonly PastThreat[],
    circumstances: Circumstances = {},
  ): Promise<Investigated> {
    const { incidents = [], traceId = null, threatId } = circumstances;
    const id = threatId ?? this.#options.random.uuid();
    const known = incidents.length === 0 ? history : [...incidents, ...history];
    const recorder = new Recorder(this.#options.clock);
    const see = (now: number): Seen => recorder.see(look(signal, known, circumstances, now));
    return this.#traced({ id, signal, traceId, history: known, see }, recorder);
  }

  /** Judges a signal by what an analysis has read before; models are told of no incidents. */
  async judgeAgain(
    { id, signal, trace_id: traceId }: Pick<ThreatAnalysis, "id" | "signal" | "trace_id">,
    seen: Seen,
  ): Promise<ThreatAnalysis> {
    const recorder = new Recorder(this.#options.clock);
    const subject = { id, signal, traceId, history: [], see: () => seen };
    return (await this.#traced(subject, recorder)).threat;
  }

  #traced(subject: Subject, recorder: Recorder): Promise<Investigated> {
    const { id, signal } = subject;
    const attributes = {
      "signal.id": signal.id,
      "threat.type": signal.threat_type,
      "customer.name": signal.customer_name,
      "source.ip": text(signal.metadata, "source_ip") ?? "unknown",
      ...threatIds(id),
    };
    return this.#options.tracer.run("analyze_threat", attributes, async (span) => {
      const threat = await this.#analyze(subject, recorder);
      const detection = threat.adversarial_detection;
      const detected = detection?.manipulation_detected ?? false;
      span.set({
        "threat.severity": threat.severity,
        "fp.score": threat.false_positive_score?.score ?? 0,
        "adversarial.detected": detected,
        ...(detection !== null && detected && { "adversarial.risk_score": detection.risk_score }),
        requires_review: threat.requires_human_review,
      });
      return { threat, recorder };
    });
  }

  async #analyze(
    { id, signal, traceId, history, see }: Subject,
    recorder: Recorder,
  ): Promise<ThreatAnalysis> {
    const { clock } = recorder;
    const started = clock();
    const timeline = new TimelineRecorder(clock);
    const seen = see(started);
    const input = enrich(signal, seen, history, started, timeline);
    const results = await Promise.all(
      AGENT_KEYS.map((key) => runAgent(key, input, timeline, recorder, this.#options)),
    );
    const findings = results.map((result) => result.finding);
    const byAgent = ofEach(results, (result) => result.finding);

    const falsePositive = this.#phase("fp_analyzer", () => scoreFalsePositive(input));
    timeline.record("analysis", "False-positive check", "fp_analyzer", {
      description: falsePositive.explanation,
      data: { score: falsePositive.score },
    });
    const suspicions = seen.detectorEnabled
      ? this.#phase("adversarial_detector", () =>
          this.#options.detect({ input, findings: byAgent, egress: seen.egress }),
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
      agent_analyses: ofEach(results, (result) => result.analysis),
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
}

/** What is judged, and by what. */
interface Subject {
  readonly id: string;
  readonly signal: ThreatSignal;
  readonly traceId: string | null;
  /** Of which a model may be told. */
  readonly history: readonly PastThreat[];
  /** Reads what is known, at the time at which the analysis begins. */
  readonly see: (now: number) => Seen;
}
