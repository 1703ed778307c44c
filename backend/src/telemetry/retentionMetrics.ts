import { Counter, Gauge } from "prom-client";
import { DROP_REASON, type Drop } from "../contract/dropped.js";
import { SEVERITY } from "../contract/signal.js";
import type { MetricRegistry } from "./exposition.js";

/** What is told of threats that are kept, and of those that are not any more. */
export class RetentionMetrics {
  readonly #dropped;
  readonly #forgotten;

  /**
   * What has not happened yet reads 0.
   *
   * @param waiting counts the stored threats that await review, at each scrape; where it cannot, the last
   *   count stays
   */
  constructor(registry: MetricRegistry, waiting: () => Promise<number>) {
    new Gauge({
      name: "soc_threats_requiring_review",
      help: "Stored threats of all pods that require human review",
      registers: [registry],
      async collect() {
        const now = await waiting().catch(() => null);
        if (now !== null) {
          this.set(now);
        }
      },
    });
    this.#dropped = new Counter({
      name: "soc_threats_dropped_total",
      help: "Threats that this process has dropped from the store",
      labelNames: ["awaiting_review", "severity", "reason"],
      registers: [registry],
    });
    this.#forgotten = new Counter({
      name: "soc_threats_forgotten_total",
      help: "Threats that were dropped while they awaited review, and are kept by id no more",
      labelNames: ["reason"],
      registers: [registry],
    });
    const reasons = DROP_REASON.options;
    for (const awaiting_review of ["true", "false"]) {
      for (const severity of SEVERITY.options) {
        reasons.forEach((reason) => this.#dropped.inc({ awaiting_review, severity, reason }, 0));
      }
    }
    reasons.forEach((reason) => this.#forgotten.inc({ reason }, 0));
  }

  /** Counts what was dropped. */
  dropped(drops: readonly Drop[]): void {
    for (const { kind, severity, reason } of drops) {
      if (severity === null) {
        this.#forgotten.inc({ reason });
      } else {
        this.#dropped.inc({ awaiting_review: String(kind === "awaiting"), severity, reason });
      }
    }
  }
}
