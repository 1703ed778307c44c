import type { Drop } from "../contract/dropped.js";
import type { Reset } from "../contract/responses.js";
import type { EgressViolation } from "../contract/requests.js";
import type { IntelMatch, ThreatSeverity, ThreatType } from "../contract/signal.js";
import type { StoredThreat } from "./documents.js";
import type { Quarantine } from "./quarantine.js";
import type { Identity, Sighting } from "./sightings.js";
import type { Histogram, HistogramQuery, TimeRange } from "./times.js";

/** Is told of every stored threat, whichever pod stored it. */
export interface ThreatListener {
  /**
   * A threat has been stored.
   *
   * @param traceparent the trace in which it was analysed, in the form of W3C; null if there is none
   */
  onThreat(threat: StoredThreat, traceparent: string | null): void;
  /** A threat that is stored already has changed. */
  onUpdate(threat: StoredThreat): void;
  /**
   * Events flow (again). Those of the time before are lost; what is stored shows what was missed.
   *
   * @param stored the newest that are stored, at most {@link CATCH_UP}, newest first
   */
  onLive(stored: readonly StoredThreat[]): void;
  /** All threats have been removed. */
  onReset(): void;
}

/** How many stored threats a listener gets when events flow (again). */
export const CATCH_UP = 1000;

/** What is stored of threats, in figures. They come from indexes: no document is read for them. */
export interface ThreatFigures {
  /** How many threats have been stored since the last reset; more than are there. */
  readonly total: number;
  /** How many are there. */
  readonly threats: number;
  /** How many of these await review. */
  readonly waiting: number;
  /** How many customers they are of. */
  readonly customers: number;
  /** Time that their analyses took, all together. */
  readonly milliseconds: number;
  readonly byType: Readonly<Partial<Record<ThreatType, number>>>;
  readonly bySeverity: Readonly<Partial<Record<ThreatSeverity, number>>>;
  /** What was dropped since the last reset, and how often, each kind once. */
  readonly dropped: readonly (Drop & { readonly times: number })[];
}

/** Told of what this process has dropped. */
export type OnDropped = (drops: readonly Drop[]) => void;

/** Which threats a list is of: all that are stored, those that await review, those dropped while they did. */
export type Shelf = "stored" | "waiting" | "dropped";

/** Blocked connections to the outside, as reported by whatever enforces the network policies. */
export interface EgressLog {
  /** Keeps a violation for a day, among the newest thousand. The same one twice counts once. */
  add(violation: EgressViolation): Promise<void>;
  /**
   * The newest, newest first.
   *
   * @param since none older than this, in seconds since the epoch
   */
  newest(since: number, limit: number): Promise<readonly EgressViolation[]>;
  /** The newest {@link MAX_RECENT} of the last hour, newest first. Cheap enough for every analysis. */
  recent(): Promise<readonly EgressViolation[]>;
}

/** How far back a violation counts for an analysis, in seconds, and how many are looked at. */
export const RECENT_SECONDS = 60 * 60;
export const MAX_RECENT = 100;

/** `changed`: something else is stored by now; `overtaken`: a newer alert has come. Neither is kept. */
export type Replaced = "stored" | "changed" | "overtaken";

/** Where threats are kept. All methods reject with {@link StoreUnavailable} within a bounded time. */
export interface ThreatStore {
  readonly kind: "redis" | "memory";
  /** True while the listener gets every event. */
  readonly live: boolean;
  readonly egress: EgressLog;
  readonly quarantine: Quarantine;
  /** Begins to feed the listener, and keeps doing so over losses of the connection. */
  start(listener: ThreatListener): void;
  /**
   * Keeps a threat, drops what has to go for it, and tells the listeners of all pods.
   *
   * @throws {@link StoreFull} if that would cost a critical one that awaits review; nothing is done then
   * @param traceparent handed to the listeners
   * @param sighting the alert that it is of: one that a newer one has overtaken meanwhile is not kept
   * @param record what its verdict was made of: kept beside it for as long as it is
   */
  save(
    threat: StoredThreat,
    traceparent?: string | null,
    sighting?: Sighting,
    record?: Buffer,
  ): Promise<void>;
  /**
   * Puts a threat in the place of the one that it was made of, and tells the listeners of all pods.
   *
   * @param before what must be stored for that; null for nothing, as it may have been forgotten
   * @param sighting the newer alert that it is of
   * @param record what the verdict on that was made of; default what there is stays
   * @throws {@link StoreFull} as `save`, but never for a threat that is there
   */
  replace(
    threat: StoredThreat,
    before: StoredThreat | null,
    sighting?: Sighting,
    record?: Buffer,
  ): Promise<Replaced>;
  /**
   * Remembers an alert, counts it, and says what it is among those that came before.
   *
   * @param id for its threat, if it is new
   */
  see(identity: Identity, id: string): Promise<Sighting>;
  /** Takes it back that an alert has come which could not be saved, so that it may come again. */
  unsee(sighting: Sighting): Promise<void>;
  /** One threat, also one that was dropped while it awaited review and is kept for that; or null. */
  get(id: string): Promise<StoredThreat | null>;
  /** What the verdict on such a threat was made of; null where a backend has judged it that keeps no records. */
  record(id: string): Promise<Buffer | null>;
  /**
   * Newest first; of dropped ones what was dropped last.
   *
   * @param shelf default all that are stored
   * @param range when they were made, or dropped; default whenever
   */
  list(
    limit: number,
    offset: number,
    shelf?: Shelf,
    range?: TimeRange,
  ): Promise<readonly StoredThreat[]>;
  figures(): Promise<ThreatFigures>;
  /** How many of each severity there are over time. It comes from an index: no document is read for it. */
  histogram(query: HistogramQuery): Promise<Histogram>;
  /** What a feed says of a package, as far as somebody has asked lately. */
  packageIntel(name: string): Promise<IntelMatch | null>;
  /** Keeps what a feed says of a package, for so many seconds. */
  keepIntel(match: IntelMatch, seconds: number): Promise<void>;
  /** Removes all threats and violations, and what is in quarantine, and says how much that was. */
  reset(): Promise<Reset>;
  /**
   * Whether this process, of all that ask, is the one to do a job now.
   *
   * @param ms for how long no other one is
   */
  claim(job: string, ms: number): Promise<boolean>;
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

/** There is no room: all that is stored is critical and awaits review. People have to look at some first. */
export class StoreFull extends Error {
  override readonly name = "StoreFull";

  constructor() {
    super("No room for more threats: all that are stored are CRITICAL and await review");
  }
}
