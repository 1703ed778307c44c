import { systemClock } from "../base/clock.js";
import { BoundedMap } from "../base/boundedMap.js";
import type { StoredThreat } from "../store/documents.js";
import type { ThreatListener } from "../store/store.js";
import type { History } from "../threats/history.js";
import type { Telemetry } from "../telemetry/tracing.js";
import type { WebSocketMetrics } from "../telemetry/webSocketMetrics.js";
import type { WebSocketHub } from "./webSockets.js";

const REMEMBERED_IDS = 2000;

/**
 * Hands the store's events to the history and to the WebSocket clients, each threat once. After a
 * loss of the connection what is stored is compared with what was seen, so that clients which stayed
 * also get what was published meanwhile, changes included.
 */
export class EventFeed implements ThreatListener {
  /** The versions that clients were sent. */
  readonly #seen = new BoundedMap<string, number>(REMEMBERED_IDS);

  constructor(
    private readonly history: History,
    private readonly hub: Pick<WebSocketHub, "broadcast" | "broadcastUpdate" | "restart">,
    private readonly telemetry: Pick<Telemetry, "received">,
    private readonly metrics: Pick<WebSocketMetrics, "delivered">,
  ) {}

  onThreat(threat: StoredThreat, traceparent: string | null): void {
    if (this.#seen.add(threat.id, threat.version)) {
      this.history.add(threat.id, threat.past);
      this.telemetry.received(threat.id, traceparent, () => {
        this.hub.broadcast(threat);
        this.metrics.delivered((systemClock() - threat.past.at) / 1000);
      });
    }
  }

  onUpdate(threat: StoredThreat): void {
    this.#seen.add(threat.id, threat.version);
    this.#seen.replace(threat.id, threat.version);
    this.history.update(threat.id, threat.past);
    this.hub.broadcastUpdate(threat);
  }

  onLive(stored: readonly StoredThreat[]): void {
    // What was removed meanwhile is no history any more.
    this.history.clear();
    for (const threat of stored.toReversed()) {
      this.history.add(threat.id, threat.past);
      if (this.#seen.add(threat.id, threat.version)) {
        this.hub.broadcast(threat);
      } else if (this.#seen.get(threat.id) !== threat.version) {
        this.#seen.replace(threat.id, threat.version);
        this.hub.broadcastUpdate(threat);
      }
    }
  }

  onReset(): void {
    this.history.clear();
    this.hub.restart();
  }
}
