import { Counter, Gauge, Histogram } from "prom-client";
import type { MetricRegistry } from "./exposition.js";

/** The commands that the store sends, `MULTI` for each transaction with all that is in it. */
export const REDIS_COMMANDS = [
  "EVAL",
  "GET",
  "HGET",
  "HGETALL",
  "HMGET",
  "HSET",
  "INFO",
  "MGET",
  "MULTI",
  "PING",
  "SCAN",
  "SCRIPT",
  "SET",
  "UNLINK",
  "ZREVRANGE",
  "ZREVRANGEBYSCORE",
] as const;
export type RedisOperation = (typeof REDIS_COMMANDS)[number];

/** What is told of Redis, as this process sees it. */
export class RedisMetrics {
  readonly #commands;
  readonly #reconnects;

  /** @param up whether there are connections at present; asked at each scrape */
  constructor(registry: MetricRegistry, up: () => boolean) {
    new Gauge({
      name: "soc_redis_up",
      help: "Whether this process has its connections to Redis (1) or not (0)",
      registers: [registry],
      collect() {
        this.set(up() ? 1 : 0);
      },
    });
    this.#reconnects = new Counter({
      name: "soc_redis_reconnects_total",
      help: "Connections to Redis made anew after a loss; each process has two",
      registers: [registry],
    });
    this.#commands = new Histogram({
      name: "soc_redis_command_duration_seconds",
      help: "Time until Redis has answered a command, or has failed to",
      labelNames: ["command"],
      buckets: [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
      ],
      registers: [registry],
    });
    REDIS_COMMANDS.forEach((command) => this.#commands.zero({ command }));
  }

  commandDone(command: RedisOperation, seconds: number): void {
    this.#commands.observe({ command }, seconds);
  }

  reconnected(): void {
    this.#reconnects.inc();
  }
}
