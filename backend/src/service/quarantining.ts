import { cut } from "../base/bounded.js";
import { isoMicros, systemClock } from "../base/clock.js";
import { systemRandom } from "../base/random.js";
import { wellFormed } from "../base/wellFormed.js";
import {
  MAX_RAW,
  type Fallen,
  type FallReason,
  type QuarantineEntry,
} from "../contract/quarantine.js";
import { sumOf, type Quarantine } from "../store/quarantine.js";
import { StoreUnavailable } from "../store/store.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import type { QuarantineMetrics } from "../telemetry/quarantineMetrics.js";

/** Entries that are written at once, and the time between two writes in ms: more at a time are counted alone. */
export const MAX_AT_ONCE = 50;
const PAUSE_MS = 250;

/** Something that was refused. */
export interface Refused extends Omit<QuarantineEntry, "id" | "received_at" | "raw"> {
  /** Gives what came; asked for what is kept only. */
  readonly raw: () => string;
}

/**
 * Puts what was refused into the quarantine. Nobody waits for it, and a flood of garbage costs the store no more
 * than a few writes a second.
 */
export class Quarantining {
  #pending: readonly QuarantineEntry[] = [];
  /** What the store has not been told of yet. */
  #fallen: Fallen = {};
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #writtenAt = -Infinity;

  constructor(
    private readonly quarantine: Quarantine,
    private readonly metrics: QuarantineMetrics,
    private readonly log: Logger,
  ) {}

  /** Keeps it, unless too much comes at once. */
  add({ raw, ...refused }: Refused): void {
    if (this.#pending.length >= MAX_AT_ONCE) {
      this.lose("rate");
      return;
    }
    const entry = {
      id: systemRandom.uuid(),
      received_at: isoMicros(systemClock()),
      ...refused,
      raw: cut(raw(), MAX_RAW),
    };
    // Copied, since a part of a text keeps the whole of it in memory.
    this.#pending = [...this.#pending, structuredClone(wellFormed(entry) as QuarantineEntry)];
    this.#schedule();
  }

  /** Counts what cannot be kept. */
  lose(reason: FallReason, times = 1): void {
    this.#lose({ [reason]: times });
    this.#schedule();
  }

  /** Writes what is left. Does not reject. */
  async close(): Promise<void> {
    await this.#writing;
    clearTimeout(this.#timer);
    await this.#write();
  }

  #lose(fallen: Fallen): void {
    this.metrics.fallen(fallen);
    this.#fallen = sumOf(this.#fallen, fallen);
  }

  #schedule(): void {
    const wait = Math.max(0, this.#writtenAt + PAUSE_MS - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#writing = this.#writeNext();
    }, wait);
  }

  async #writeNext(): Promise<void> {
    const written = await this.#write();
    this.#writtenAt = performance.now();
    this.#timer = undefined;
    // What could not be told waits for the next refusal: without a store it would be tried for ever.
    if (this.#pending.length > 0 || (written && Object.keys(this.#fallen).length > 0)) {
      this.#schedule();
    }
  }

  async #write(): Promise<boolean> {
    const [entries, fallen] = [this.#pending, this.#fallen];
    if (entries.length === 0 && Object.keys(fallen).length === 0) {
      return true;
    }
    this.#pending = [];
    this.#fallen = {};
    const keep = () => this.quarantine.keep(entries, fallen);
    try {
      // Once more: what was only answered too late is kept by now, and is not kept twice.
      await keep().catch(keep);
    } catch (error) {
      this.#fallen = sumOf(this.#fallen, fallen);
      if (entries.length > 0) {
        this.#lose({ store: entries.length });
      }
      if (!(error instanceof StoreUnavailable)) {
        this.log.error(errorFields(error), "Quarantine not written");
      }
      return false;
    }
    this.metrics.kept(entries.map(({ source }) => source));
    return true;
  }
}
