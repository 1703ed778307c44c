import type { ThreatAnalysis } from "../types.js";

/** Is told of every stored threat, whichever pod stored it. */
export interface ThreatListener {
  /**
   * A threat has been stored.
   *
   * @param json the same threat as it was published
   */
  onThreat(threat: ThreatAnalysis, json: string): void;
  /**
   * Events flow (again). Those of the time before are lost; what is stored shows what was missed.
   *
   * @param stored all that is stored, newest first
   */
  onLive(stored: readonly ThreatAnalysis[]): void;
}

/** Where threats are kept. All methods reject with {@link StoreUnavailable} within a bounded time. */
export interface ThreatStore {
  readonly kind: "redis" | "memory";
  /** True while the listener gets every event. */
  readonly live: boolean;
  /** Begins to feed the listener, and keeps doing so over losses of the connection. */
  start(listener: ThreatListener): void;
  /** Keeps a threat, forgets the oldest beyond the limit, and tells the listeners of all pods. */
  save(threat: ThreatAnalysis): Promise<void>;
  /** One threat, or null. */
  get(id: string): Promise<ThreatAnalysis | null>;
  /** Newest first. */
  list(limit: number, offset: number): Promise<readonly ThreatAnalysis[]>;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  /** Ends all connections. Does not reject. */
  close(): Promise<void>;
}

/** The store does not answer; the reason is fit for a client's eyes. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  constructor(
    readonly reason: string,
    cause: unknown,
  ) {
    super(`Threat store unavailable: ${reason}`, { cause });
  }
}
