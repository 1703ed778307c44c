import type { Reset } from "../contract/responses.js";
import type { EgressViolation } from "../contract/requests.js";
import type { IntelMatch } from "../contract/signal.js";
import type { StoredThreat } from "./documents.js";
import { MAX_VIOLATIONS } from "./redisEgress.js";
import { MAX_SIGHTINGS, sight, type Identity, type Seen, type Sighting } from "./sightings.js";
import {
  MAX_RECENT,
  RECENT_SECONDS,
  type EgressLog,
  type Replaced,
  type StoreContent,
  type ThreatListener,
  type ThreatStore,
} from "./store.js";
import { count } from "../base/wording.js";

/** Keeps threats in this process: for a single pod, lost when it ends. */
export class MemoryStore implements ThreatStore {
  readonly kind = "memory";
  readonly live = true;
  egress: EgressLog = new MemoryEgress();
  /** Newest first. */
  #threats: readonly StoredThreat[] = [];
  readonly #sightings = new Map<string, Seen>();
  readonly #intel = new Map<string, IntelMatch>();
  #total = 0;
  #listener: ThreatListener | null = null;

  /** @param maxStored how many threats are kept */
  constructor(private readonly maxStored: number) {}

  start(listener: ThreatListener): void {
    this.#listener = listener;
    listener.onLive(this.#threats);
  }

  async save(
    threat: StoredThreat,
    traceparent: string | null = null,
    sighting?: Sighting,
  ): Promise<void> {
    if (!this.#noteStored(sighting)) {
      return;
    }
    this.#threats = [threat, ...this.#threats].slice(0, this.maxStored);
    this.#total += 1;
    this.#listener?.onThreat(threat, traceparent);
  }

  async replace(
    threat: StoredThreat,
    before: StoredThreat | null,
    sighting?: Sighting,
  ): Promise<Replaced> {
    if (this.#find(threat.id)?.json !== before?.json) {
      return "changed";
    }
    if (!this.#noteStored(sighting)) {
      return "overtaken";
    }
    const others = this.#threats.filter(({ id }) => id !== threat.id);
    this.#threats = [threat, ...others]
      .sort((a, b) => b.past.at - a.past.at)
      .slice(0, this.maxStored);
    this.#listener?.onUpdate(threat);
    return "stored";
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
    return this.#find(id) ?? null;
  }

  #find(id: string): StoredThreat | undefined {
    return this.#threats.find((threat) => threat.id === id);
  }

  async list(limit: number, offset: number): Promise<readonly StoredThreat[]> {
    return this.#threats.slice(offset, offset + limit);
  }

  async content(): Promise<StoreContent> {
    return { total: this.#total, stored: this.#threats };
  }

  async packageIntel(name: string): Promise<IntelMatch | null> {
    return this.#intel.get(name) ?? null;
  }

  /** For as long as the process lives, which keeps nothing else longer either. */
  async keepIntel(match: IntelMatch): Promise<void> {
    this.#intel.set(match.ioc_value, match);
  }

  async reset(): Promise<Reset> {
    const threats = this.#threats.length;
    this.#threats = [];
    this.#total = 0;
    this.#sightings.clear();
    this.egress = new MemoryEgress();
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

class MemoryEgress implements EgressLog {
  /** Newest first, each with its JSON, by which the same one is known. */
  #kept: readonly { readonly violation: EgressViolation; readonly json: string }[] = [];

  async add(violation: EgressViolation): Promise<void> {
    const json = JSON.stringify(violation);
    const others = this.#kept.filter((other) => other.json !== json);
    this.#kept = [{ violation, json }, ...others]
      .sort((a, b) => b.violation.timestamp - a.violation.timestamp)
      .slice(0, MAX_VIOLATIONS);
  }

  async newest(since: number, limit: number): Promise<readonly EgressViolation[]> {
    const violations = this.#kept.map(({ violation }) => violation);
    return violations.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
  }

  recent(): Promise<readonly EgressViolation[]> {
    return this.newest(Date.now() / 1000 - RECENT_SECONDS, MAX_RECENT);
  }
}
