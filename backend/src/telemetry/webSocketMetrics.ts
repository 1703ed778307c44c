import { Counter, Gauge } from "prom-client";
import type { MetricRegistry } from "./exposition.js";
import { TracedHistogram } from "./tracedHistogram.js";

/** Why the connection to a client was ended from here. */
const DROP_REASONS = ["slow", "silent", "store_unavailable"] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What is told of the WebSocket clients of this process. */
export class WebSocketMetrics {
  readonly #connections;
  readonly #dropped;
  readonly #lag;

  constructor(registry: MetricRegistry) {
    this.#connections = new Gauge({
      name: "soc_active_websocket_connections",
      help: "WebSocket clients connected to this process",
      registers: [registry],
    });
    this.#dropped = new Counter({
      name: "soc_websocket_dropped_clients_total",
      help: "WebSocket clients dropped by this process, by reason",
      labelNames: ["reason"],
      registers: [registry],
    });
    DROP_REASONS.forEach((reason) => this.#dropped.inc({ reason }, 0));
    this.#lag = new TracedHistogram(registry, {
      name: "soc_websocket_fanout_lag_seconds",
      help: "Time from the making of a threat, in any pod, until this process has sent it to its last client",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    });
  }

  /** So many clients are there now. */
  connected(clients: number): void {
    this.#connections.set(clients);
  }

  dropped(reason: DropReason): void {
    this.#dropped.inc({ reason });
  }

  /**
   * A threat has been sent to all clients.
   *
   * @param seconds since it was made. By clocks of two machines that may be less than nothing, and a
   *   backend of another kind may tell no time at all (NaN).
   */
  delivered(seconds: number): void {
    if (!Number.isNaN(seconds)) {
      this.#lag.observe({}, Math.max(0, seconds));
    }
  }
}
