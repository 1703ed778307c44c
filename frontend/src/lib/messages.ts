import {
  ROLES,
  SEVERITIES,
  type DashboardMetrics,
  type Histogram,
  type Observability,
  type Quarantined,
  type QuarantineEntry,
  type ServerMessage,
  type Session,
  type ThreatAnalysis,
  type ThreatPage,
  type ThreatSignal,
} from "../types";

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one WebSocket text message.
 *
 * @returns the message, or undefined when it is not JSON, of an unknown type, or carries no
 *   usable threat. A batch keeps its usable threats: one bad record must not blank the screen.
 */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const message = parseJson(text);
  if (!isObject(message)) {
    return undefined;
  }
  switch (message.type) {
    case "initial_batch":
      return Array.isArray(message.data)
        ? { type: "initial_batch", data: parseThreats(message.data) }
        : undefined;
    case "new_threat":
    case "threat_updated": {
      const threat = parseThreat(message.data);
      return threat && { type: message.type, data: threat };
    }
    case "ping":
    case "pong":
      return { type: message.type };
    default:
      return undefined;
  }
}

/** The usable threats of a list; anything else in it is left out. */
export function parseThreats(values: readonly unknown[]): ThreatPage {
  const threats = values.map(parseThreat).filter((threat) => threat !== undefined);
  return { threats, received: values.length };
}

/** Reads the figures; what is no number counts as 0. Undefined when the body is no object. */
export function parseMetrics(value: unknown): DashboardMetrics | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { quarantine } = value;
  return {
    total_threats: toCount(value.total_threats),
    customers_affected: toCount(value.customers_affected),
    average_processing_time_ms: toCount(value.average_processing_time_ms),
    threats_requiring_review: toCount(value.threats_requiring_review),
    dropped: { awaiting_review: toCount(isObject(value.dropped) && value.dropped.awaiting_review) },
    quarantine: isObject(quarantine)
      ? { kept: toCount(quarantine.kept), fallen_out: toCount(quarantine.fallen_out) }
      : null,
    threats_by_type: toCounts(value.threats_by_type),
    threats_by_severity: toCounts(value.threats_by_severity),
  };
}

/** Reads what could not be read; an entry that cannot be shown is left out. Undefined when the body is none. */
export function parseQuarantine(value: unknown): Quarantined | undefined {
  return isObject(value) && Array.isArray(value.entries)
    ? {
        entries: value.entries.filter(isQuarantineEntry),
        kept: toCount(value.kept),
        fallen_out: toCounts(value.fallen_out),
      }
    : undefined;
}

function isQuarantineEntry(value: unknown): value is QuarantineEntry {
  return (
    isObject(value) &&
    [value.id, value.received_at, value.source, value.message, value.raw].every(
      (text) => typeof text === "string",
    ) &&
    (value.field === null || typeof value.field === "string") &&
    (value.line === null || typeof value.line === "number")
  );
}

/** Reads counts over time; what is no number counts as 0. Undefined when there are none. */
export function parseHistogram(value: unknown): Histogram | undefined {
  if (!isObject(value) || !Array.isArray(value.buckets)) {
    return undefined;
  }
  return {
    oldest: typeof value.oldest === "number" ? value.oldest : null,
    buckets: value.buckets.map((bucket) => ({
      counts: toCounts(isObject(bucket) && bucket.counts),
    })),
  };
}

/** Reads what may be linked to; what is no text is nothing. Undefined when the body is no object. */
export function parseObservability(value: unknown): Observability | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const available = value.available === true;
  const text = (found: unknown) => (available && typeof found === "string" ? found : null);
  const links = isObject(value.links) ? value.links : {};
  return {
    available,
    links: { trace: text(links.trace), logs: text(links.logs) },
    alerts: text(value.alerts),
  };
}

/** Reads who is signed in; a role that this page does not know is left out. Undefined when it says nothing of it. */
export function parseSession(value: unknown): Session | undefined {
  if (!isObject(value) || typeof value.login !== "boolean") {
    return undefined;
  }
  const { login, name, roles } = value;
  return {
    login,
    name: typeof name === "string" ? name : null,
    roles: ROLES.filter((role) => Array.isArray(roles) && roles.includes(role)),
  };
}

function toCounts(value: unknown): Record<string, number> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([key, n]) => [key, toCount(n)]));
}

function toCount(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

/**
 * Checks the fields that the list itself shows, and fills in the parts that an older or smaller
 * backend may leave out. What the detail shows is optional there too.
 */
export function parseThreat(value: unknown): ThreatAnalysis | undefined {
  return isThreatCore(value)
    ? { ...EMPTY, ...value, signal: { ...EMPTY_SIGNAL, ...value.signal } }
    : undefined;
}

/** JSON.parse that answers undefined instead of throwing. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object (no array, no null). */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a threat cannot be shown without. */
type ThreatCore = Pick<ThreatAnalysis, "id" | "severity" | "created_at"> & {
  readonly signal: Pick<ThreatSignal, "threat_type" | "customer_name">;
};

function isThreatCore(value: unknown): value is ThreatCore {
  return (
    isObject(value) &&
    typeof value.id === "string" &&
    SEVERITIES.some((severity) => severity === value.severity) &&
    typeof value.created_at === "string" &&
    isObject(value.signal) &&
    typeof value.signal.threat_type === "string" &&
    typeof value.signal.customer_name === "string"
  );
}

const EMPTY_SIGNAL: Omit<ThreatSignal, keyof ThreatCore["signal"]> = {
  id: "",
  timestamp: "",
  metadata: {},
  mitre_hints: [],
};

const EMPTY: Omit<ThreatAnalysis, keyof ThreatCore> = {
  status: "completed",
  executive_summary: "",
  mitre_tags: [],
  intel_matches: [],
  customer_narrative: "",
  agent_analyses: {},
  false_positive_score: null,
  adversarial_detection: null,
  response_plan: null,
  investigation_timeline: null,
  total_processing_time_ms: 0,
  requires_human_review: false,
  review_reason: null,
  trace_id: null,
  version: 1,
  assignee: null,
  note: null,
  confirmed: false,
  decisions: {},
  evidence: [],
};
