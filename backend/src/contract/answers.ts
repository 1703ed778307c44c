import * as z from "zod";
import { SEVERITY, SIGNAL, THREAT_ANALYSIS, THREAT_TYPE } from "./threat.js";
import { EGRESS_VIOLATION } from "./requests.js";

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
  agents: z.object({
    historical: z.boolean(),
    config: z.boolean(),
    devops: z.boolean(),
    context: z.boolean(),
    priority: z.boolean(),
  }),
  analyzers: z.object({ fp: z.boolean(), response: z.boolean(), timeline: z.boolean() }),
});
export type Components = z.infer<typeof COMPONENTS>;

export const READY = z.object({
  status: z.literal("ready"),
  components: COMPONENTS,
  /** How the agents judge; with an open circuit the rules stand in for the model. */
  model: z.object({
    mode: z.enum(["rules", "model"]),
    circuit: z.enum(["closed", "open", "half-open"]).nullable(),
  }),
});
export const NOT_READY = z.object({
  status: z.literal("not_ready"),
  reason: z.string(),
  components: COMPONENTS,
  /** Why `redis` is not ready; absent where it is. */
  redis_error: z.string().optional(),
});

/** `total_threats` counts all since the last reset, the others what is stored. */
export const DASHBOARD_METRICS = z.object({
  total_threats: count,
  customers_affected: count,
  average_processing_time_ms: count,
  threats_requiring_review: count,
  threats_by_type: z.partialRecord(THREAT_TYPE, count),
  threats_by_severity: z.partialRecord(SEVERITY, count),
});
export type DashboardMetrics = z.infer<typeof DASHBOARD_METRICS>;

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
export type Reset = z.infer<typeof RESET>;

/** Every error but those below. */
export const DETAIL = z.object({ detail: z.string() });
/** A request that does not fit, in the form of FastAPI. */
export const VALIDATION_ERROR = z.object({
  detail: z.array(
    z.object({
      type: z.string(),
      loc: z.array(z.union([z.string(), z.int()])),
      msg: z.string(),
      input: z.unknown(),
      ctx: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
/** An alert that does not fit; `field` names the culprit where there is one. */
export const ALERT_ERROR = z.object({
  detail: z.object({ message: z.string(), field: z.string().optional() }),
});
/** Redis does not answer. Worth another try a second later. */
export const UNAVAILABLE = z.object({ detail: z.string(), reason: z.string() });

/** All schemas by the names under which `/openapi.json` shows them. */
export const SCHEMAS = {
  Service: SERVICE,
  Health: HEALTH,
  Ready: READY,
  NotReady: NOT_READY,
  ThreatSignal: SIGNAL,
  ThreatAnalysis: THREAT_ANALYSIS,
  ThreatList: THREAT_LIST,
  DashboardMetrics: DASHBOARD_METRICS,
  EgressViolation: EGRESS_VIOLATION,
  ViolationAccepted: VIOLATION_ACCEPTED,
  Violations: VIOLATIONS,
  Reset: RESET,
  Error: DETAIL,
  HTTPValidationError: VALIDATION_ERROR,
  AlertError: ALERT_ERROR,
  Unavailable: UNAVAILABLE,
} as const satisfies Readonly<Record<string, z.ZodType>>;
