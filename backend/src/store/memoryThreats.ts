import { systemClock } from "../base/clock.js";
import type { Drop, DropReason } from "../contract/dropped.js";
import type { StoredThreat } from "./documents.js";
import {
  boundsOf,
  dropName,
  dropPlace,
  KEPT_SECONDS,
  parseDrop,
  reasonToDrop,
  secondsOf,
  UNTOUCHABLE,
  type Bounds,
  type Limits,
} from "./retention.js";
import type { OnDropped, Shelf, ThreatFigures } from "./store.js";
import {
  edgesOf,
  isWithin,
  tally,
  type Histogram,
  type HistogramQuery,
  type TimeRange,
} from "./times.js";

/** A threat that was dropped while it awaited review. */
interface Kept {
  readonly threat: StoredThreat;
  /** When it was dropped, in seconds since the epoch. */
  readonly since: number;
}

/** Keeps threats in this process within their bounds, as the scripts do in Redis. */
export class MemoryThreats {
  readonly #bounds: Bounds;
  /** Newest first. */
  #stored: readonly StoredThreat[] = [];
  #storedBytes = 0;
  /** What was dropped first comes first. */
  readonly #kept = new Map<string, Kept>();
  /** What the verdicts on all of these were made of. */
  readonly #records = new Map<string, Buffer>();
  readonly #drops = new Map<string, number>();

  constructor(
    limits: Limits,
    private readonly onDropped: OnDropped,
  ) {
    this.#bounds = boundsOf(limits);
  }

  /** A threat that is stored, or was dropped and is kept by id. */
  find(id: string): StoredThreat | undefined {
    return this.#stored.find((threat) => threat.id === id) ?? this.#kept.get(id)?.threat;
  }

  /** What the verdict on such a threat was made of. */
  record(id: string): Buffer | undefined {
    return this.#records.get(id);
  }

  /** Newest first. */
  list(shelf: Shelf, range: TimeRange = {}): readonly StoredThreat[] {
    if (shelf === "dropped") {
      const kept = [...this.#kept.values()].filter(({ since }) => isWithin(range, since));
      return kept.map(({ threat }) => threat).reverse();
    }
    return this.#stored.filter(
      ({ past }) => (shelf === "stored" || past.requiresReview) && isWithin(range, secondsOf(past)),
    );
  }

  /** How many of each severity there are over time. */
  histogram(query: HistogramQuery): Histogram {
    const edges = edgesOf(query);
    const counted = this.list(query.waiting ? "waiting" : "stored", query)
      .map(({ past }) => past)
      .filter(({ threatType }) => query.type === undefined || query.type === threatType)
      .map((past) => {
        const at = edges.findLastIndex((edge) => edge <= secondsOf(past));
        return [at, past.severity, 1] as const;
      });
    return {
      oldest: this.#stored.map(({ past }) => secondsOf(past)).findLast((at) => at > 0) ?? null,
      counts: tally(query.buckets, counted),
    };
  }

  /** Whether one more would cost one that must not be touched. */
  full({ id, json }: StoredThreat, record?: Buffer): boolean {
    const first = this.#first();
    return (
      first !== undefined &&
      dropPlace(first) >= UNTOUCHABLE &&
      !this.#stored.some((threat) => threat.id === id) &&
      (this.#stored.length >= this.#bounds.threats ||
        this.#storedBytes + json.length + (record?.length ?? 0) > this.#bounds.bytes)
    );
  }

  /** Puts what a person decides in the place of one that was dropped; false if that was not. */
  amend(threat: StoredThreat): boolean {
    const kept = this.#kept.get(threat.id);
    if (kept !== undefined) {
      this.#kept.set(threat.id, { ...kept, threat });
    }
    return kept !== undefined;
  }

  /** Stores a threat, in the place of one with its id, and drops what has to go. */
  put(threat: StoredThreat, record = this.#records.get(threat.id)): void {
    this.#remove(threat.id);
    this.#kept.delete(threat.id);
    if (record !== undefined) {
      this.#records.set(threat.id, record);
    }
    const newer = this.#stored.findIndex(({ past }) => past.at <= threat.past.at);
    const at = newer < 0 ? this.#stored.length : newer;
    this.#stored = [...this.#stored.slice(0, at), threat, ...this.#stored.slice(at)];
    this.#storedBytes += this.#bytesOf(threat);
    this.settle();
  }

  /** Drops what has to go by now, and tells so. */
  settle(): void {
    const drops = [...this.#settle(systemClock() / 1000)];
    for (const name of drops.map(dropName)) {
      this.#drops.set(name, (this.#drops.get(name) ?? 0) + 1);
    }
    if (drops.length > 0) {
      this.onDropped(drops);
    }
  }

  /** All figures but the total. */
  figures(): Omit<ThreatFigures, "total"> {
    const all = this.#stored;
    return {
      threats: all.length,
      waiting: this.list("waiting").length,
      customers: new Set(all.map(({ past }) => past.customer)).size,
      milliseconds: all.reduce((sum, threat) => sum + threat.processingMs, 0),
      byType: countBy(all.map(({ past }) => past.threatType)),
      bySeverity: countBy(all.map(({ past }) => past.severity)),
      dropped: [...this.#drops].map(([name, times]) => ({ ...parseDrop(name), times })),
    };
  }

  /** Removes all, and says how many were stored. */
  clear(): number {
    const { length } = this.#stored;
    this.#stored = [];
    this.#storedBytes = 0;
    this.#kept.clear();
    this.#records.clear();
    this.#drops.clear();
    return length;
  }

  #first(): StoredThreat | undefined {
    return this.#stored.reduce<StoredThreat | undefined>(
      (first, threat) =>
        first === undefined || dropPlace(threat) <= dropPlace(first) ? threat : first,
      undefined,
    );
  }

  /** With what its verdict was made of. */
  #bytesOf({ id, json }: StoredThreat): number {
    return json.length + (this.#records.get(id)?.length ?? 0);
  }

  #remove(id: string): void {
    const there = this.#stored.find((threat) => threat.id === id);
    if (there !== undefined) {
      this.#stored = this.#stored.filter((threat) => threat !== there);
      this.#storedBytes -= this.#bytesOf(there);
    }
  }

  *#settle(now: number): Iterable<Drop> {
    for (;;) {
      const first = this.#first();
      const reason = first && this.#reasonToDrop(first, now);
      if (first === undefined || !reason) {
        break;
      }
      this.#remove(first.id);
      if (first.past.requiresReview) {
        this.#kept.set(first.id, { threat: first, since: now });
      } else {
        this.#records.delete(first.id);
      }
      const kind = first.past.requiresReview ? "awaiting" : "other";
      yield { kind, severity: first.past.severity, reason };
    }
    for (const [id, { since }] of this.#kept) {
      const reason = this.#reasonToForget(since, now);
      if (reason === null) {
        break;
      }
      this.#kept.delete(id);
      this.#records.delete(id);
      yield { kind: "kept", severity: null, reason };
    }
  }

  #reasonToDrop(first: StoredThreat, now: number): DropReason | null {
    const { length: threats } = this.#stored;
    const stored = { threats, bytes: this.#storedBytes, first: dropPlace(first) };
    return reasonToDrop(this.#bounds, stored, now);
  }

  #reasonToForget(since: number, now: number): DropReason | null {
    const bytes = [...this.#kept.values()].reduce(
      (sum, { threat }) => sum + this.#bytesOf(threat),
      0,
    );
    return this.#kept.size > this.#bounds.kept
      ? "count"
      : bytes > this.#bounds.keptBytes
        ? "memory"
        : since < now - KEPT_SECONDS
          ? "age"
          : null;
  }
}

function countBy<K extends string>(values: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const value of values) {
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}
