import type { Reset } from "../contract/responses.js";
import type { EgressViolation } from "../contract/requests.js";
import type { IntelMatch } from "../contract/signal.js";
import type { StoredThreat } from "./documents.js";
import { MAX_VIOLATIONS } from "./redisEgress.js";
import {
  MAX_RECENT,
  RECENT_SECONDS,
  type EgressLog,
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
  readonly #intel = new Map<string, IntelMatch>();
  #total = 0;
  #listener: ThreatListener | null = null;

  /** @param maxStored how many threats are kept */
  constructor(private readonly maxStored: number) {}

  start(listener: ThreatListener): void {
    this.#listener = listener;
    listener.onLive(this.#threats);
  }

  async save(threat: StoredThreat, traceparent: string | null = null): Promise<void> {
    this.#threats = [threat, ...this.#threats].slice(0, this.maxStored);
    this.#total += 1;
    this.#listener?.onThreat(threat, traceparent);
  }

  async get(id: string): Promise<StoredThreat | null> {
    return this.#threats.find((threat) => threat.id === id) ?? null;
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
