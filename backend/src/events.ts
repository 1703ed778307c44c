import { BoundedMap } from "./boundedMap.js";
import type { History } from "./threats/history.js";
import type { ThreatListener } from "./store/store.js";
import type { ThreatAnalysis } from "./types.js";
import type { WebSocketHub } from "./ws.js";

const REMEMBERED_IDS = 2000;

/**
 * Hands the store's events to the history and to the WebSocket clients, each threat once. After a
 * loss of the connection what is stored is compared with what was seen, so that clients which stayed
 * also get what was published meanwhile.
 */
export class EventFeed implements ThreatListener {
  readonly #seen = new BoundedMap<string, true>(REMEMBERED_IDS);

  constructor(
    private readonly history: History,
    private readonly hub: Pick<WebSocketHub, "broadcast">,
  ) {}

  onThreat(threat: ThreatAnalysis, json: string): void {
    if (this.#seen.add(threat.id, true)) {
      this.history.add(threat);
      this.hub.broadcast(threat.id, json);
    }
  }

  onLive(stored: readonly ThreatAnalysis[]): void {
    for (const threat of stored.toReversed()) {
      this.onThreat(threat, JSON.stringify(threat));
    }
  }
}
