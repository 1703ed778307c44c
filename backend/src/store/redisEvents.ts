import { BoundedMap } from "../base/boundedMap.js";
import type { Logger } from "../telemetry/log.js";
import type { Documents } from "./documents.js";
import { CHANNELS } from "./keys.js";
import type { ThreatListener } from "./store.js";

/** Traces whose event has not come yet: as many as may be published in between by other pods. */
const PENDING_TRACES = 1000;

/** Reads what pods tell each other through Redis. */
export class RedisEvents {
  readonly #traces = new BoundedMap<string, string>(PENDING_TRACES);

  /** @param onEgress told when what is known of the egress is no longer so */
  constructor(
    private readonly documents: Documents,
    private readonly onEgress: () => void,
    private readonly log: Logger,
  ) {}

  /** Tells a listener what a message says. */
  receive(channel: string, message: Buffer, listener: ThreatListener): void {
    if (channel === CHANNELS.violations || channel === CHANNELS.resets) {
      this.onEgress();
    }
    if (channel === CHANNELS.violations) {
      return;
    }
    if (channel === CHANNELS.resets) {
      listener.onReset();
      return;
    }
    if (channel === CHANNELS.traces) {
      const [id, traceparent] = message.toString().split(" ");
      if (id !== undefined && traceparent !== undefined) {
        this.#traces.add(id, traceparent);
      }
      return;
    }
    const threat = this.documents.read(message);
    if (threat === null) {
      this.log.warn("Ignored an event that is no threat");
      return;
    }
    if (channel === CHANNELS.updates) {
      listener.onUpdate(threat);
      return;
    }
    const traceparent = this.#traces.get(threat.id) ?? null;
    this.#traces.delete(threat.id);
    listener.onThreat(threat, traceparent);
  }
}
