import type { RedisConfig } from "../config/config.js";
import { redisAddress } from "../config/redisAddress.js";
import type { RedisMetrics, RedisOperation } from "./redisMetrics.js";
import type { Telemetry } from "./tracing.js";

/** Watches what is asked of Redis. */
export interface RedisWatch {
  /**
   * Runs `work`, which sends a command and waits for the answer, and gives back what it gives.
   *
   * @param batch how many commands a transaction has
   */
  run<T>(operation: RedisOperation, work: () => Promise<T>, batch?: number): Promise<T>;
  /** A connection that was lost is there again. */
  reconnected(): void;
}

/** Watches nothing. */
export const NO_WATCH: RedisWatch = {
  run: (_operation, work) => work(),
  reconnected: () => undefined,
};

/**
 * Times every command and, within a trace, makes a span of it
 * (https://opentelemetry.io/docs/specs/semconv/db/redis/). Keys and values stay out.
 */
export function watchRedis(
  { url }: Pick<RedisConfig, "url">,
  metrics: RedisMetrics,
  telemetry: Pick<Telemetry, "client">,
): RedisWatch {
  const { host, port, db } = redisAddress(url);
  const server = {
    "db.system.name": "redis",
    "db.namespace": String(db),
    "server.address": host,
    "server.port": port,
  };
  return {
    run: async (operation, work, batch) => {
      const started = performance.now();
      const attributes = {
        ...server,
        "db.operation.name": operation,
        ...(batch !== undefined && { "db.operation.batch.size": batch }),
      };
      try {
        return await telemetry.client(`${operation} ${host}:${port}`, attributes, work);
      } finally {
        metrics.commandDone(operation, (performance.now() - started) / 1000);
      }
    },
    reconnected: () => metrics.reconnected(),
  };
}
