import type { Config, RedisConfig } from "../config/config.js";
import type { Logger } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { RedisMetrics } from "../telemetry/redisMetrics.js";
import { RetentionMetrics } from "../telemetry/retentionMetrics.js";
import { watchRedis } from "../telemetry/redisWatch.js";
import type { Telemetry } from "../telemetry/tracing.js";
import { MemoryStore } from "./memory.js";
import { RedisStore } from "./redis.js";
import type { OnFallen } from "./quarantine.js";
import type { OnDropped, ThreatStore } from "./store.js";

/** The store that the configuration asks for, watched if it is another process. */
export function openStore(
  config: Pick<Config, "redis" | "maxStoredThreats" | "maxStoredHours">,
  { registry }: Pick<Metrics, "registry">,
  telemetry: Pick<Telemetry, "client">,
  log: Logger,
  onFallen: OnFallen,
): ThreatStore {
  const { redis, maxStoredThreats: threats, maxStoredHours: hours } = config;
  const limits = { threats, ...(hours !== null && { seconds: hours * 60 * 60 }) };
  const retention = new RetentionMetrics(registry, async () => (await store.figures()).waiting);
  const onDropped: OnDropped = (drops) => retention.dropped(drops);
  const shared = (at: RedisConfig): RedisStore => {
    const redisMetrics = new RedisMetrics(registry, () => own.connected);
    const watch = watchRedis(at, redisMetrics, telemetry);
    const own: RedisStore = new RedisStore(at, limits, log, watch, onDropped, onFallen);
    return own;
  };
  const store = redis === null ? new MemoryStore(limits, onDropped, onFallen) : shared(redis);
  return store;
}
