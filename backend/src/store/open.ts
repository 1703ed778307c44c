import type { Config } from "../config/config.js";
import type { Logger } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { RedisMetrics } from "../telemetry/redisMetrics.js";
import { watchRedis } from "../telemetry/redisWatch.js";
import type { Telemetry } from "../telemetry/tracing.js";
import { MemoryStore } from "./memory.js";
import { RedisStore } from "./redis.js";
import type { ThreatStore } from "./store.js";

/** The store that the configuration asks for, watched if it is another process. */
export function openStore(
  { redis, maxStoredThreats }: Pick<Config, "redis" | "maxStoredThreats">,
  metrics: Pick<Metrics, "registry">,
  telemetry: Pick<Telemetry, "client">,
  log: Logger,
): ThreatStore {
  if (redis === null) {
    return new MemoryStore(maxStoredThreats);
  }
  const redisMetrics = new RedisMetrics(metrics.registry, () => store.connected);
  const watch = watchRedis(redis, redisMetrics, telemetry);
  const store = new RedisStore(redis, maxStoredThreats, log, watch);
  return store;
}
