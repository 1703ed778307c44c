import * as z from "zod";
import { ROLES } from "../config/login.js";
import { perAgent } from "./analysis.js";
import { DROPPED } from "./dropped.js";
import type { Wire } from "./fields.js";
import { ALERT_ERROR, DETAIL, UNAVAILABLE, VALIDATION_ERROR } from "./problems.js";
import { QUARANTINE } from "./quarantine.js";
import { EGRESS_VIOLATION } from "./requests.js";
import { SEVERITY, SIGNAL, THREAT_TYPE } from "./signal.js";
import { THREAT_ANALYSIS } from "./threat.js";
import { VERDICT_REPLAY } from "./verdictRecord.js";

const count = z.int().min(0);

export const SERVICE = z.object({
  service: z.string(),
  version: z.string(),
  status: z.literal("running"),
  timestamp: z.string(),
  endpoints: z.object({
    health: z.string(),
    ready: z.string(),
    metrics: z.string(),
    api: z.string(),
  }),
});

export const HEALTH = z.object({
  status: z.literal("healthy"),
  version: z.string(),
  uptime_seconds: z.number(),
});

const COMPONENTS = z.object({
  coordinator: z.boolean(),
  store: z.boolean(),
  /** Null where no Redis is configured. */
  redis: z.boolean().nullable(),
  agents: perAgent(z.boolean()),
  analyzers: z.object({ fp: z.boolean(), response: z.boolean(), timeline: z.boolean() }),
});
export type Components = Wire<typeof COMPONENTS>;

/** How the agents judge at present; with an open circuit the rules stand in for the model. */
const PANEL_STATE = z.object({
  mode: z.enum(["rules", "model"]),
  /** Whether the model is asked; null where there is none. */
  circuit: z.enum(["closed", "open", "half-open"]).nullable(),
});
export type PanelState = Wire<typeof PANEL_STATE>;
/** Whether questions reach the model: `closed` yes, `open` no, `half-open` one does, to try. */
export type Circuit = NonNullable<PanelState["circuit"]>;

export const READY = z.object({
  status: z.literal("ready"),
  components: COMPONENTS,
  model: PANEL_STATE,
});
export const NOT_READY = z.object({
  status: z.literal("not_ready"),
  reason: z.string(),
  components: COMPONENTS,
  /** Why `redis` is not ready; absent where it is. */
  redis_error: z.string().optional(),
});

/** `total_threats` and `dropped` count all since the last reset, the others what is stored. */
export const DASHBOARD_METRICS = z.object({
  total_threats: count,
  customers_affected: count,
  average_processing_time_ms: count,
  threats_requiring_review: count,
  threats_by_type: z.partialRecord(THREAT_TYPE, count),
  threats_by_severity: z.partialRecord(SEVERITY, count),
  dropped: DROPPED,
  /** What could not be read: how much of it is kept, and how much is not, or not any more. Null where nobody knows. */
  quarantine: z.object({ kept: count, fallen_out: count }).nullable(),
});
export type DashboardMetrics = Wire<typeof DASHBOARD_METRICS>;

/** How many threats of each severity are stored over time. Times are in seconds since the epoch. */
export const HISTOGRAM = z.object({
  /** When the oldest that is stored was made; null if none is. */
  oldest: z.number().nullable(),
  /** Oldest first, each from where the one before ends. */
  buckets: z.array(
    z.object({
      from: z.number(),
      /** Of what was made just then nothing is in it. */
      to: z.number(),
      counts: z.partialRecord(SEVERITY, count),
    }),
  ),
});
export type HistogramAnswer = Wire<typeof HISTOGRAM>;

/** Somebody else has changed the threat: what it is now. */
export const CONFLICT = z.object({ detail: z.string(), threat: THREAT_ANALYSIS });

export const THREAT_LIST = z.array(THREAT_ANALYSIS);

export const VIOLATION_ACCEPTED = z.object({
  status: z.literal("accepted"),
  timestamp: z.number(),
});
export const VIOLATIONS = z.object({
  violations: z.array(EGRESS_VIOLATION),
  count,
  timestamp: z.number(),
});

/**
 * Whether there is a collector of traces, and where to look at what it takes: templates with `{trace_id}`
 * and `{threat_id}`, as paths of the dashboard's own address or whole URLs. All null without one.
 */
export const OBSERVABILITY = z.object({
  available: z.boolean(),
  links: z.object({ trace: z.string().nullable(), logs: z.string().nullable() }),
  /** Where Prometheus tells which alerts fire. */
  alerts: z.string().nullable(),
});
export type Observability = Wire<typeof OBSERVABILITY>;

/** Who is signed in, and what they may do: without login everybody may do everything. */
export const SESSION = z.object({
  /** Whether people have to sign in. */
  login: z.boolean(),
  name: z.string().nullable(),
  roles: z.array(z.enum(ROLES)),
  /** When the token ends; null where it does not, or there is none. */
  expires_at: z.iso.datetime().nullable(),
});
export type Session = Wire<typeof SESSION>;

const RESET_REDIS = z.object({
  status: z.literal("success"),
  storage: z.literal("redis"),
  cleared: z.object({
    threat_keys: count,
    historical_keys: count,
    incident_keys: count,
    total_redis_keys: count,
    mock_data_reset: z.boolean(),
  }),
  preserved: z.object({ vt_cache: count }),
  message: z.string(),
});
const RESET_MEMORY = z.object({
  status: z.literal("success"),
  storage: z.literal("in-memory"),
  cleared: z.object({ threats: count, redis_keys: z.literal(0), mock_data_reset: z.boolean() }),
  message: z.string(),
});
export const RESET = z.union([RESET_REDIS, RESET_MEMORY]);
export type Reset = Wire<typeof RESET>;

/** What became of each alert of a batch. */
export const INGEST_REPORT = z.object({
  accepted: count,
  duplicates: count,
  refused: count,
  results: z.array(
    z.object({
      /** From 1: of NDJSON its line, of a list its place. */
      line: z.int().min(1),
      status: z.enum(["accepted", "duplicate", "refused"]),
      /** The threat's, as `GET /api/threats/{id}` takes it; null where it was refused. */
      id: z.string().nullable(),
      /** Why it was refused, and for which field; null where there is none to blame. */
      message: z.string().nullable(),
      field: z.string().nullable(),
      /** How often it has come, in all its versions; 0 where it was refused. */
      count,
    }),
  ),
});
export type IngestReport = Wire<typeof INGEST_REPORT>;

/** One alert is answered by its signal. */
export const INGESTED = z.union([SIGNAL, INGEST_REPORT]);

/** All schemas by the names under which `/openapi.json` shows them. */
export const SCHEMAS = {
  Service: SERVICE,
  Health: HEALTH,
  Ready: READY,
  NotReady: NOT_READY,
  ThreatSignal: SIGNAL,
  ThreatAnalysis: THREAT_ANALYSIS,
  ThreatList: THREAT_LIST,
  Conflict: CONFLICT,
  DashboardMetrics: DASHBOARD_METRICS,
  Histogram: HISTOGRAM,
  VerdictReplay: VERDICT_REPLAY,
  Observability: OBSERVABILITY,
  Session: SESSION,
  EgressViolation: EGRESS_VIOLATION,
  ViolationAccepted: VIOLATION_ACCEPTED,
  Violations: VIOLATIONS,
  Quarantine: QUARANTINE,
  Reset: RESET,
  Error: DETAIL,
  HTTPValidationError: VALIDATION_ERROR,
  AlertError: ALERT_ERROR,
  IngestReport: INGEST_REPORT,
  Ingested: INGESTED,
  Unavailable: UNAVAILABLE,
} as const satisfies Readonly<Record<string, z.ZodType>>;
