import { Counter } from "prom-client";
import { FALL_REASON, type Fallen } from "../contract/quarantine.js";
import type { MetricRegistry } from "./exposition.js";

/** What is told of what could not be read. What has not happened yet reads 0. */
export class QuarantineMetrics {
  readonly #kept;
  readonly #fallen;

  /** @param sources by which it can come */
  constructor(registry: MetricRegistry, sources: readonly string[]) {
    this.#kept = new Counter({
      name: "soc_quarantine_kept_total",
      help: "Alerts and bodies that could not be read, and that this process has put in quarantine",
      labelNames: ["source"],
      registers: [registry],
    });
    this.#fallen = new Counter({
      name: "soc_quarantine_fallen_out_total",
      help: "Alerts and bodies that could not be read, and are not in quarantine, or not any more",
      labelNames: ["reason"],
      registers: [registry],
    });
    sources.forEach((source) => this.#kept.inc({ source }, 0));
    FALL_REASON.options.forEach((reason) => this.#fallen.inc({ reason }, 0));
  }

  /** Counts what was put in. */
  kept(sources: readonly string[]): void {
    sources.forEach((source) => this.#kept.inc({ source }));
  }

  /** Counts what did not get in, or fell out. */
  fallen(fallen: Fallen): void {
    Object.entries(fallen).forEach(([reason, times]) => this.#fallen.inc({ reason }, times));
  }
}
