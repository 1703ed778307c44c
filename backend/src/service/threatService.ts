import { adversarialCase, ScenarioError } from "../threats/adversarialScenarios.js";
import { isoMicros, systemClock } from "../base/clock.js";
import type { Coordinator } from "./coordinator.js";
import type { Circumstances } from "./seen.js";
import { HttpError } from "../contract/problems.js";
import type { Logger } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { systemRandom } from "../base/random.js";
import { decodeThreat, encodeThreat, type StoredThreat } from "../store/documents.js";
import type { Reading } from "../ingest/adapter.js";
import type { Sighting } from "../store/sightings.js";
import type { ThreatStore } from "../store/store.js";
import { boundedSignal } from "../threats/bounds.js";
import { text } from "../threats/facts.js";
import { generateSignal } from "../threats/generator.js";
import type { History } from "../threats/history.js";
import { scenarioSignal } from "../threats/scenarios.js";
import { CLOSED_BY_SOURCE, decide, succeed } from "../threats/triage.js";
import { sampledSpan } from "../telemetry/activeTrace.js";
import { threatIds } from "../telemetry/phases.js";
import type { Telemetry } from "../telemetry/tracing.js";
import type { Decisions, Trigger } from "../contract/requests.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import { THREAT_TYPES, type ThreatSignal, type ThreatType } from "../contract/signal.js";

/** What the service works with. */
export interface ServiceDependencies {
  readonly coordinator: Coordinator;
  readonly store: ThreatStore;
  readonly history: History;
  readonly metrics: Metrics;
  readonly telemetry: Telemetry;
  readonly log: Logger;
}

/** What became of an alert. */
export interface Taken {
  readonly status: "accepted" | "duplicate";
  /** Its threat's. */
  readonly id: string;
  /** How often it has come. */
  readonly count: number;
  /** What the threat is of: of a duplicate what came first. */
  readonly signal: ThreatSignal;
}

/** What became of a person's decision. */
export interface Decided {
  /** Of another version than the one that the person saw nothing is changed. */
  readonly kind: "changed" | "conflict";
  /** As it is stored now. */
  readonly threat: StoredThreat;
}

/** What is known of an alert besides its signal. */
interface Seen {
  readonly sighting: Sighting;
  readonly closed: boolean;
}

/** Takes a signal all the way: looks around, has it analysed, keeps the result and tells everybody. */
export class ThreatService {
  constructor(private readonly deps: ServiceDependencies) {}

  /**
   * Makes the threat that a client wishes for. The most special wish counts: adversarial scenario,
   * scenario, type, and with none a random one.
   *
   * @throws {@link HttpError} 400 for an unknown type or adversarial scenario
   */
  trigger(wish: Trigger): Promise<StoredThreat> {
    const now = systemClock();
    const detector = wish.adversarial_detector_enabled ?? null;
    if (wish.adversarial_scenario) {
      const { signal, ...planted } = chooseCase(wish.adversarial_scenario, detector, now);
      return this.process(signal, planted);
    }
    const circumstances = detector === null ? {} : { detectorEnabled: detector };
    const signal = wish.scenario ? scenarioSignal(wish.scenario, systemRandom, now) : null;
    const type = !wish.scenario && wish.threat_type ? threatType(wish.threat_type) : undefined;
    return this.process(signal ?? generateSignal(systemRandom, now, type), circumstances);
  }

  /**
   * Takes an alert that a source may send again: one that is known is only counted, and a newer version of
   * it takes the place of the threat that it was.
   */
  async take({ signal: given, identity, closed }: Reading): Promise<Taken> {
    const signal = boundedSignal(given);
    if (identity === null) {
      const { id } = await this.#process(signal);
      return { status: "accepted", id, count: 1, signal };
    }
    const { store } = this.deps;
    const sighting = await store.see(identity, systemRandom.uuid());
    const { id, count } = sighting;
    if (sighting.kind === "again") {
      const known = await store.get(id);
      return {
        status: "duplicate",
        id,
        count,
        signal: known === null ? signal : decodeThreat(known).signal,
      };
    }
    try {
      await this.#process(signal, { threatId: id }, { sighting, closed });
    } catch (error) {
      // Without an answer of the store it may come again as soon as the lease has ended.
      await store.unsee(sighting).catch(() => undefined);
      throw error;
    }
    return { status: "accepted", id, count, signal };
  }

  /**
   * Does to a threat what a person decides of the version that the person saw.
   *
   * @param by who that is
   * @returns null if there is no such threat
   */
  async decide(id: string, decisions: Decisions, by: string): Promise<Decided | null> {
    const { store } = this.deps;
    const before = await store.get(id);
    if (before === null || before.version !== decisions.version) {
      return before && { kind: "conflict", threat: before };
    }
    const at = isoMicros(systemClock());
    const threat = encodeThreat(decide(decodeThreat(before), decisions, by, at));
    if ((await store.replace(threat, before)) === "stored") {
      return { kind: "changed", threat };
    }
    const present = await store.get(id);
    return present && { kind: "conflict", threat: present };
  }

  /**
   * Analyses a signal, within its bounds. Rejects, before anything is done, if the store does not answer.
   */
  process(signal: ThreatSignal, circumstances: Circumstances = {}): Promise<StoredThreat> {
    return this.#process(boundedSignal(signal), circumstances);
  }

  async #process(
    signal: ThreatSignal,
    circumstances: Circumstances = {},
    seen?: Seen,
  ): Promise<StoredThreat> {
    const { coordinator, store, history, metrics, telemetry, log } = this.deps;
    const started = performance.now();
    const [egress, intel] = await telemetry.phases.run("gather_context", {}, () =>
      Promise.all([store.egress.recent(), this.#packageIntel(signal)]),
    );
    const { threat: fresh, recorder } = await coordinator.investigate(
      signal,
      history.lookBack(signal),
      { egress, intel, traceId: sampledSpan()?.trace_id ?? null, ...circumstances },
    );
    telemetry.annotate(threatIds(fresh.id));
    const closed = seen?.closed === true;
    const analysis: ThreatAnalysis = { ...fresh, ...(closed && CLOSED_BY_SOURCE) };
    const threat = await this.#keep(analysis, recorder.encode(closed), seen?.sighting);
    history.add(threat.id, threat.past);
    const seconds = (performance.now() - started) / 1000;
    metrics.threatProcessed(analysis, seconds);
    log.info(
      {
        threat_id: analysis.id,
        customer_name: signal.customer_name,
        threat_type: signal.threat_type,
        component: "coordinator",
        severity: analysis.severity,
        fp_score: analysis.false_positive_score?.score,
        recommendation: analysis.false_positive_score?.recommendation,
        primary_action: analysis.response_plan?.primary_action.action_type,
        sla_minutes: analysis.response_plan?.sla_minutes,
        risk_score: analysis.adversarial_detection?.risk_score,
        attack_vector: analysis.adversarial_detection?.attack_vector ?? undefined,
        duration_ms: Math.round(seconds * 1000),
      },
      "Threat analysed",
    );
    return threat;
  }

  /** A newer version of an alert takes the place of its threat, whatever people decide meanwhile. */
  async #keep(
    analysis: ThreatAnalysis,
    record: Buffer,
    sighting?: Sighting,
  ): Promise<StoredThreat> {
    const { store, telemetry } = this.deps;
    if (sighting?.kind !== "newer") {
      const threat = encodeThreat(analysis);
      await store.save(threat, telemetry.traceparent(), sighting, record);
      return threat;
    }
    for (;;) {
      const before = await store.get(analysis.id);
      const threat = encodeThreat(
        before === null ? analysis : succeed(analysis, decodeThreat(before)),
      );
      if ((await store.replace(threat, before, sighting, record)) !== "changed") {
        return threat;
      }
    }
  }

  async #packageIntel({ metadata }: ThreatSignal) {
    const name = text(metadata, "package") ?? text(metadata, "package_name");
    const match = name === null ? null : await this.deps.store.packageIntel(name);
    return match === null ? [] : [match];
  }
}

function chooseCase(name: string, detector: boolean | null, now: number) {
  try {
    return adversarialCase(name, detector, systemRandom, now);
  } catch (error) {
    throw error instanceof ScenarioError ? new HttpError(400, error.message) : error;
  }
}

function threatType(name: string): ThreatType {
  const type = THREAT_TYPES.find((known) => known === name);
  if (type === undefined) {
    throw new HttpError(400, `Invalid threat type: ${name}`);
  }
  return type;
}
