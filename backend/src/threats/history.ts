import { BoundedMap } from "../base/boundedMap.js";
import { parseMicros } from "../base/clock.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import type { ThreatSeverity, ThreatType } from "../contract/signal.js";
import { text } from "./facts.js";

/** What is remembered of an analysed threat. */
export interface PastThreat {
  readonly threatType: ThreatType;
  readonly customer: string;
  readonly sourceIp: string | null;
  readonly severity: ThreatSeverity;
  readonly falsePositive: boolean;
  readonly requiresReview: boolean;
  /** What an analyst wrote when closing it, if anything. Not to be trusted: it may be planted. */
  readonly note?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What is remembered of a threat; about 200 bytes. */
export function pastThreat(threat: ThreatAnalysis): PastThreat {
  return {
    threatType: threat.signal.threat_type,
    customer: threat.signal.customer_name,
    sourceIp: text(threat.signal.metadata, "source_ip"),
    severity: threat.severity,
    falsePositive: threat.false_positive_score?.recommendation === "likely_false_positive",
    requiresReview: threat.requires_human_review,
    at: parseMicros(threat.created_at),
  };
}

/**
 * The essence of the newest stored threats, of all pods. It is fed from the store's events, so that
 * an analysis can look back without reading whole documents from Redis.
 */
export class History {
  readonly #threats: BoundedMap<string, PastThreat>;

  /** @param capacity as many threats as the store keeps */
  constructor(capacity: number) {
    this.#threats = new BoundedMap(capacity);
  }

  /** Remembers a threat; one that is known already is left alone. */
  add(id: string, threat: PastThreat): void {
    this.#threats.add(id, threat);
  }

  /** Remembers what has become of a threat that is known. */
  update(id: string, threat: PastThreat): void {
    this.#threats.replace(id, threat);
  }

  clear(): void {
    this.#threats.clear();
  }

  /** Newest first. */
  recent(): readonly PastThreat[] {
    return [...this.#threats.values()].reverse();
  }

  /** How many of the remembered threats wait for a person. */
  requiringReview(): number {
    return this.recent().filter((threat) => threat.requiresReview).length;
  }
}
