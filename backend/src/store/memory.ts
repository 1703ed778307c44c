import type { ThreatAnalysis } from "../types.js";
import type { ThreatListener, ThreatStore } from "./store.js";

/** Keeps threats in this process: for a single pod, lost when it ends. */
export class MemoryStore implements ThreatStore {
  readonly kind = "memory";
  readonly live = true;
  /** Newest first. */
  #threats: readonly ThreatAnalysis[] = [];
  #listener: ThreatListener | null = null;

  /** @param maxStored how many threats are kept */
  constructor(private readonly maxStored: number) {}

  start(listener: ThreatListener): void {
    this.#listener = listener;
    listener.onLive(this.#threats);
  }

  async save(threat: ThreatAnalysis): Promise<void> {
    this.#threats = [threat, ...this.#threats].slice(0, this.maxStored);
    this.#listener?.onThreat(threat, JSON.stringify(threat));
  }

  async get(id: string): Promise<ThreatAnalysis | null> {
    return this.#threats.find((threat) => threat.id === id) ?? null;
  }

  async list(limit: number, offset: number): Promise<readonly ThreatAnalysis[]> {
    return this.#threats.slice(offset, offset + limit);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.#listener = null;
  }
}
