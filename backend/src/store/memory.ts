import type { Reset } from "../contract/responses.js";
import type { IntelMatch } from "../contract/signal.js";
import type { StoredThreat } from "./documents.js";
import { MemoryEgress } from "./memoryEgress.js";
import { MemoryQuarantine } from "./memoryQuarantine.js";
import { MemoryThreats } from "./memoryThreats.js";
import type { OnFallen } from "./quarantine.js";
import type { Limits } from "./retention.js";
import { MAX_SIGHTINGS, sight, type Identity, type Seen, type Sighting } from "./sightings.js";
import {
  CATCH_UP,
  StoreFull,
  type EgressLog,
  type OnDropped,
  type Replaced,
  type Shelf,
  type ThreatFigures,
  type ThreatListener,
  type ThreatStore,
} from "./store.js";
import type { Histogram, HistogramQuery, TimeRange } from "./times.js";
import { count } from "../base/wording.js";

/** Keeps threats in this process: for a single pod, lost when it ends. */
export class MemoryStore implements ThreatStore {
  readonly kind = "memory";
  readonly live = true;
  egress: EgressLog = new MemoryEgress();
  readonly quarantine: MemoryQuarantine;
  readonly #threats: MemoryThreats;
  readonly #sightings = new Map<string, Seen>();
  readonly #intel = new Map<string, IntelMatch>();
  #total = 0;
  #listener: ThreatListener | null = null;

  /** @param limits how much is kept */
  constructor(limits: Limits, onDropped: OnDropped = () => undefined, onFallen?: OnFallen) {
    this.#threats = new MemoryThreats(limits, onDropped);
    this.quarantine = new MemoryQuarantine(onFallen);
  }

  start(listener: ThreatListener): void {
    this.#listener = listener;
    listener.onLive(this.#threats.list("stored").slice(0, CATCH_UP));
  }

  async save(
    threat: StoredThreat,
    traceparent: string | null = null,
    sighting?: Sighting,
    record?: Buffer,
  ): Promise<void> {
    this.#refuseIfFull(threat, record);
    this.#total += 1;
    if (!this.#noteStored(sighting)) {
      return;
    }
    this.#threats.put(threat, record);
    this.#listener?.onThreat(threat, traceparent);
  }

  async replace(
    threat: StoredThreat,
    before: StoredThreat | null,
    sighting?: Sighting,
    record?: Buffer,
  ): Promise<Replaced> {
    if (this.#threats.find(threat.id)?.json !== before?.json) {
      return "changed";
    }
    if (sighting !== undefined) {
      this.#refuseIfFull(threat, record);
      if (!this.#noteStored(sighting)) {
        return "overtaken";
      }
      this.#threats.put(threat, record);
    } else if (!this.#threats.amend(threat)) {
      this.#threats.put(threat);
    }
    this.#listener?.onUpdate(threat);
    return "stored";
  }

  #refuseIfFull(threat: StoredThreat, record?: Buffer): void {
    if (this.#threats.full(threat, record)) {
      throw new StoreFull();
    }
  }

  /** Notes that this version of an alert is stored; false if a newer one has come. */
  #noteStored(sighting: Sighting | undefined): boolean {
    const seen = sighting === undefined ? undefined : this.#sightings.get(sighting.key);
    if (sighting === undefined || seen === undefined) {
      return true;
    }
    if (seen.version !== sighting.version) {
      return false;
    }
    const { lease: _, ...kept } = seen;
    this.#sightings.set(sighting.key, { ...kept, stored: sighting.version });
    return true;
  }

  async see(identity: Identity, id: string): Promise<Sighting> {
    const { seen, sighting } = sight(this.#sightings.get(identity.key), identity, id, Date.now());
    // What came last stands last.
    this.#sightings.delete(identity.key);
    this.#sightings.set(identity.key, seen);
    for (const oldest of this.#sightings.keys()) {
      if (this.#sightings.size <= MAX_SIGHTINGS) {
        break;
      }
      this.#sightings.delete(oldest);
    }
    return sighting;
  }

  async unsee({ key, version }: Sighting): Promise<void> {
    const seen = this.#sightings.get(key);
    if (seen?.version === version && seen.lease !== undefined) {
      this.#sightings.set(key, { ...seen, lease: 0 });
    }
  }

  async get(id: string): Promise<StoredThreat | null> {
    this.#threats.settle();
    return this.#threats.find(id) ?? null;
  }

  async record(id: string): Promise<Buffer | null> {
    return this.#threats.record(id) ?? null;
  }

  async list(
    limit: number,
    offset: number,
    shelf: Shelf = "stored",
    range?: TimeRange,
  ): Promise<readonly StoredThreat[]> {
    this.#threats.settle();
    return this.#threats.list(shelf, range).slice(offset, offset + limit);
  }

  async figures(): Promise<ThreatFigures> {
    this.#threats.settle();
    return { total: this.#total, ...this.#threats.figures() };
  }

  async histogram(query: HistogramQuery): Promise<Histogram> {
    this.#threats.settle();
    return this.#threats.histogram(query);
  }

  async packageIntel(name: string): Promise<IntelMatch | null> {
    return this.#intel.get(name) ?? null;
  }

  /** For as long as the process lives, which keeps nothing else longer either. */
  async keepIntel(match: IntelMatch): Promise<void> {
    this.#intel.set(match.ioc_value, match);
  }

  async reset(): Promise<Reset> {
    const threats = this.#threats.clear();
    this.#total = 0;
    this.#sightings.clear();
    this.egress = new MemoryEgress();
    this.quarantine.clear();
    this.#listener?.onReset();
    return {
      status: "success",
      storage: "in-memory",
      cleared: { threats, redis_keys: 0, mock_data_reset: true },
      message: `Demo reset: ${count(threats, "threat")} removed`,
    };
  }

  async claim(): Promise<boolean> {
    return true;
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.#listener = null;
  }
}
