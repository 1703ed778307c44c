import { systemClock } from "../base/clock.js";
import type { Fallen, FallReason, Quarantined, QuarantineEntry } from "../contract/quarantine.js";
import { brokenBound } from "./brokenBound.js";
import {
  cameAt,
  QUARANTINE_BOUNDS,
  sumOf,
  tally,
  type OnFallen,
  type Quarantine,
  type QuarantineFigures,
} from "./quarantine.js";

/** What came to this process and could not be read. */
export class MemoryQuarantine implements Quarantine {
  /** Oldest first, each with its size as JSON. */
  #kept: readonly { readonly entry: QuarantineEntry; readonly bytes: number }[] = [];
  #fallen: Fallen = {};

  constructor(
    private readonly onFallen: OnFallen = () => undefined,
    private readonly bounds = QUARANTINE_BOUNDS,
  ) {}

  async keep(entries: readonly QuarantineEntry[], fallen: Fallen = {}): Promise<void> {
    const known = new Set(this.#kept.map(({ entry }) => entry.id));
    const added = entries.filter(({ id }) => !known.has(id));
    const sized = added.map((entry) => ({
      entry,
      bytes: Buffer.byteLength(JSON.stringify(entry)),
    }));
    this.#kept = [...this.#kept, ...sized];
    this.#fallen = sumOf(this.#fallen, fallen);
    this.#settle();
  }

  async page(limit: number, offset: number): Promise<Quarantined> {
    this.#settle();
    const newest = this.#kept.map(({ entry }) => entry).reverse();
    return {
      entries: newest.slice(offset, offset + limit),
      kept: newest.length,
      fallen_out: this.#fallen,
    };
  }

  async figures(): Promise<QuarantineFigures> {
    return { kept: this.#kept.length, fallen_out: this.#fallen };
  }

  async remove(id: string): Promise<boolean> {
    const before = this.#kept;
    this.#kept = before.filter(({ entry }) => entry.id !== id);
    return this.#kept.length < before.length;
  }

  /** Removes all, and forgets what fell out. */
  clear(): void {
    this.#kept = [];
    this.#fallen = {};
  }

  #settle(): void {
    const now = systemClock() / 1000;
    const reasons: FallReason[] = [];
    let bytes = this.#kept.reduce((sum, one) => sum + one.bytes, 0);
    for (const { entry, bytes: own } of this.#kept) {
      const count = this.#kept.length - reasons.length;
      const most = { ...this.bounds, count: this.bounds.entries };
      const reason = brokenBound(most, { count, bytes, first: cameAt(entry) }, now);
      if (reason === null) {
        break;
      }
      reasons.push(reason);
      bytes -= own;
    }
    if (reasons.length > 0) {
      this.#kept = this.#kept.slice(reasons.length);
      const fallen = tally(reasons);
      this.#fallen = sumOf(this.#fallen, fallen);
      this.onFallen(fallen);
    }
  }
}
