import { BoundedMap } from "../base/boundedMap.js";
import { parseMicros } from "../base/clock.js";
import type { ThreatAnalysis } from "../contract/threat.js";
import type { ThreatSeverity, ThreatSignal, ThreatType } from "../contract/signal.js";
import { text, word } from "./facts.js";

/** What is remembered of an analysed threat. */
export interface PastThreat {
  readonly threatType: ThreatType;
  readonly customer: string;
  readonly sourceIp: string | null;
  readonly severity: ThreatSeverity;
  /** A person has called it false. What the analysis thought of it is no history. */
  readonly falsePositive: boolean;
  readonly requiresReview: boolean;
  /** What an analyst wrote when closing it, if anything. Not to be trusted: it may be planted. */
  readonly note?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What kind of alert it is, see {@link kindOf}. Default its type. */
  readonly kind?: string;
  /** What it happened to, see {@link subjectsOf}. Default its customer. */
  readonly subjects?: readonly string[];
  /** A person has called it real. Default false. */
  readonly confirmed?: boolean;
  /** The person's decision; absent where nobody has decided. */
  readonly decision?: PastDecision;
}

/** A person's decision of a threat. */
export interface PastDecision {
  readonly threatId: string;
  /** The field of the threat that was decided. */
  readonly field: "status" | "confirmed" | "note";
  readonly by: string;
  /** In the contract's form. */
  readonly at: string;
  /** What the person wrote, if anything. */
  readonly note: string | null;
}

/** Characters of a person's note that are remembered. */
const MAX_NOTE = 200;

/** What is remembered of a threat; about 500 bytes. */
export function pastThreat(threat: ThreatAnalysis): PastThreat {
  const { signal } = threat;
  const decided = decisionOf(threat);
  return {
    threatType: signal.threat_type,
    customer: signal.customer_name,
    sourceIp: word(signal.metadata, "source_ip"),
    severity: threat.severity,
    falsePositive: decided?.field === "status",
    requiresReview: threat.requires_human_review,
    at: parseMicros(threat.created_at),
    kind: kindOf(signal),
    subjects: subjectsOf(signal),
    ...(decided !== null && { confirmed: decided.field === "confirmed", decision: decided }),
  };
}

/** What a person has decided: that it is false, that it is real, or else what the person wrote. */
function decisionOf(threat: ThreatAnalysis): PastDecision | null {
  // Absent in those of a backend that knows no triage.
  const { decisions = {}, confirmed = false, note = null } = threat as Partial<ThreatAnalysis>;
  const field =
    threat.status === "false_positive" && decisions.status !== undefined
      ? "status"
      : confirmed
        ? "confirmed"
        : "note";
  const decision = decisions[field];
  return decision === undefined || (field === "note" && note === null)
    ? null
    : { threatId: threat.id, field, ...decision, note: note?.slice(0, MAX_NOTE) ?? null };
}

/** The source and its rule, or else its own name for what it saw; of a signal without either its type. */
export function kindOf({ threat_type: type, metadata }: ThreatSignal): string {
  const rule =
    text(metadata, "rule_id") ??
    text(metadata, "finding_type") ??
    text(metadata, "rule_description") ??
    text(metadata, "source_type");
  return rule === null ? type : `${type} ${text(metadata, "source") ?? ""} ${rule}`;
}

const HOST = ["endpoint_name", "device_id", "agent_name", "destination_ip"];

/** The machine and the account that a signal is about; of one that names neither its customer. */
export function subjectsOf({ customer_name: customer, metadata }: ThreatSignal): readonly string[] {
  const host = HOST.map((key) => word(metadata, key)).find((found) => found !== null);
  const user = word(metadata, "user_id");
  const named = [
    ...(host === undefined ? [] : [`host ${host}`]),
    ...(user === null ? [] : [`user ${user}`]),
  ];
  return named.length > 0 ? named : [customer];
}

/** Tells of an earlier threat whether it is of the same kind and the same machine or account as a signal. */
export function alikeTo(signal: ThreatSignal): (past: PastThreat) => boolean {
  const kind = kindOf(signal);
  const subjects = subjectsOf(signal);
  return (past) =>
    past.threatType === signal.threat_type &&
    (past.kind ?? past.threatType) === kind &&
    (past.subjects ?? [past.customer]).some((subject) => subjects.includes(subject));
}

/** How many of the newest threats an analysis looks back at, and how many older decisions: its cost grows with them. */
export const HISTORY = 100;
/** How many decisions of people are remembered, however many threats have come since; about half a megabyte. */
export const DECISIONS = 1000;

/**
 * The essence of the newest stored threats, and of those that people have decided, of all pods. It is fed from
 * the store's events, so that an analysis can look back without reading whole documents from Redis.
 */
export class History {
  readonly #threats: BoundedMap<string, PastThreat>;
  /** What was decided last stands last. */
  readonly #decided: BoundedMap<string, PastThreat>;

  /**
   * @param capacity how many threats are remembered
   * @param decisions how many that people have decided; default {@link DECISIONS}
   */
  constructor(capacity: number, decisions = DECISIONS) {
    this.#threats = new BoundedMap(capacity);
    this.#decided = new BoundedMap(decisions);
  }

  /** Remembers a threat; one that is known already is left alone. */
  add(id: string, threat: PastThreat): void {
    if (this.#threats.add(id, threat)) {
      this.#decide(id, threat);
    }
  }

  /** Remembers what has become of a threat: of one that is not known any more, what people have decided. */
  update(id: string, threat: PastThreat): void {
    this.#threats.replace(id, threat);
    this.#decide(id, threat);
  }

  clear(): void {
    this.#threats.clear();
    this.#decided.clear();
  }

  /** Newest first. */
  recent(): readonly PastThreat[] {
    return [...this.#threats.values()].reverse();
  }

  /** What an analysis of a signal looks back at: the newest, then what people have decided of the same before. */
  lookBack(signal: ThreatSignal): readonly PastThreat[] {
    const decided = [...this.#decided.values()].reverse().filter(alikeTo(signal));
    const older = decided.filter(
      ({ decision }) => this.#threats.get(decision?.threatId ?? "") === undefined,
    );
    return [...this.recent(), ...older.slice(0, HISTORY)];
  }

  #decide(id: string, threat: PastThreat): void {
    this.#decided.delete(id);
    if (threat.decision !== undefined) {
      this.#decided.add(id, threat);
    }
  }
}
