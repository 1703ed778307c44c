import { createHash } from "node:crypto";
import * as z from "zod";
import { systemClock } from "../base/clock.js";
import type { Drop } from "../contract/dropped.js";
import type { Documents, StoredThreat } from "./documents.js";
import { KEYS } from "./keys.js";
import type { RedisCommand, RedisLink } from "./link.js";
import {
  boundsOf,
  dropPlace,
  KEPT_SECONDS,
  parseDrop,
  secondsOf,
  type Bounds,
  type Limits,
} from "./retention.js";
import { parseJson } from "./reading.js";
import { readFigures } from "./redisFigures.js";
import { readHistogram } from "./redisHistogram.js";
import { STORE, TAKE_UP } from "./retentionScripts.js";
import { StoreFull, StoreUnavailable, type OnDropped, type ThreatFigures } from "./store.js";
import { timePlace, type Histogram, type HistogramQuery } from "./times.js";

/** Threats that are taken up, or read, at a time. */
export const BATCH = 100;

const NO_ALERT: readonly string[] = [];
const NO_RECORD = Buffer.alloc(0);
const STORE_DIGEST = digestOf(Buffer.from(STORE));

/** How a threat is to be stored. */
export interface Storing {
  readonly channel: string;
  /** What must be stored before; null for nothing, undefined for whatever there is. */
  readonly before?: StoredThreat | null;
  /** What its verdict was made of; undefined leaves what there is. */
  readonly record?: Buffer | undefined;
  /** The alert that it is of, and its version. */
  readonly alert?: readonly string[];
}

/** Keeps the threats in Redis within their bounds, and the indexes and figures that go with them. */
export class RedisRetention {
  #bounded: Bounds;
  #takingUp: Promise<void> | null = null;

  constructor(
    private readonly link: RedisLink,
    private readonly documents: Documents,
    private readonly limits: Limits,
    private readonly onDropped: OnDropped,
  ) {
    this.#bounded = boundsOf(limits);
  }

  /** Gives Redis the script, and learns how much memory it has. One that does not tell is taken for the chart's. */
  async prepare(): Promise<void> {
    await this.link.ask("SCRIPT", (redis) => redis.script("LOAD", STORE));
    const info = await this.link
      .ask("INFO", (redis) => redis.info("memory"))
      // A user without the right to ask. What else fails does so at the next command too.
      .catch(() => "");
    const memory = Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0);
    this.#bounded = boundsOf(this.limits, memory);
  }

  /**
   * Stores a threat, and says what became of it.
   *
   * @param first what is done just before, at once with it
   * @throws {@link StoreFull}
   */
  async store(
    threat: StoredThreat,
    { channel, before, record = NO_RECORD, alert = NO_ALERT }: Storing,
    first: readonly RedisCommand[] = [],
  ): Promise<string> {
    const { id, json, past, version } = threat;
    const expected = before === undefined ? "any" : digestOf(before?.json ?? null);
    const args = [
      ...[0, this.#bounds()],
      ...[id, json, secondsOf(past), dropPlace(threat), summaryOf(threat)],
      ...[channel, version, expected, record, ...alert],
    ];
    const send = async (command: string, script: string): Promise<unknown> =>
      (await this.link.transact([...first, [command, script, ...args]])).at(-1);
    // By its digest, since the script is nearly as long as the document.
    const answer = await send("evalsha", STORE_DIGEST).catch((error: unknown) => {
      if (!isUnknownScript(error)) {
        throw error;
      }
      return send("eval", STORE);
    });
    const [status = "", ...drops] = (answer as readonly unknown[]).map(String);
    if (status === "full") {
      throw new StoreFull();
    }
    this.#tell(drops);
    return status;
  }

  /** The figures, with what others have written meanwhile. */
  async figures(): Promise<ThreatFigures> {
    const first = await readFigures(this.link);
    if (first.inStep) {
      return first.figures;
    }
    await this.takeUp();
    return (await readFigures(this.link)).figures;
  }

  /** Counts over time, with what others have written meanwhile. */
  async histogram(query: HistogramQuery): Promise<Histogram> {
    await this.figures();
    return readHistogram(this.link, query);
  }

  /** Takes up what backends have written that know nothing of the indexes, and drops what is too old. */
  takeUp(): Promise<void> {
    this.#takingUp ??= this.#takeUp().finally(() => (this.#takingUp = null));
    return this.#takingUp;
  }

  async #takeUp(): Promise<void> {
    const { foreign } = await readFigures(this.link);
    const [index, order, times, dropped, ...recorded] = await this.link.ask("ZREVRANGE", (redis) =>
      Promise.all([
        redis.zrevrange(KEYS.index, 0, -1),
        redis.zrevrange(KEYS.order, 0, -1),
        redis.zrevrange(KEYS.times, 0, -1),
        redis.zrevrange(KEYS.dropped, 0, -1),
        redis.hkeys(KEYS.records),
        redis.hkeys(KEYS.keptRecords),
      ]),
    );
    const [listed, ordered, timed] = [new Set(index), new Set(order), new Set(times)];
    const isKnown = (id: string): boolean => ordered.has(id) && timed.has(id);
    const unknown = index.filter((id) => !isKnown(id));
    const changed = (await this.#changed()).filter(isKnown);
    const missing = [...order, ...times.filter((id) => !ordered.has(id))].filter(
      (id) => !listed.has(id),
    );
    // Records of what others have dropped.
    const orphans = strays(recorded, [ordered, new Set(dropped)]);
    for (const ids of inBatches([...unknown, ...changed])) {
      const json = await this.link.ask("MGET", (redis) => redis.mgetBuffer(ids.map(KEYS.threat)));
      const threats = ids.flatMap((id, at) => this.#entering(id, json[at] ?? null));
      await this.#enter([ids.length, ...threats]);
    }
    for (const ids of inBatches([...missing, ...orphans])) {
      await this.#enter([0, ...ids]);
    }
    // Also with nothing to take up: what is too old is dropped.
    await this.#enter([0]);
    await this.link.ask("HSET", (redis) => redis.hset(KEYS.figures, "untimed", foreign));
  }

  /** What others have changed: what is known of it is of another version. */
  async #changed(): Promise<readonly string[]> {
    const versions = Object.entries(
      await this.link.ask("HGETALL", (redis) => redis.hgetall(KEYS.versions)),
    );
    const changed: string[] = [];
    for (const batch of inBatches(versions)) {
      const known = await this.link.ask("HMGET", (redis) =>
        redis.hmget(KEYS.summaries, ...batch.map(([id]) => id)),
      );
      const stale = batch.filter(([, version], at) => !isSummaryOf(version, known[at]));
      changed.push(...stale.map(([id]) => id));
    }
    return changed;
  }

  #entering(id: string, json: Buffer | null): readonly (string | number)[] {
    const threat = this.documents.read(json);
    // What cannot be read is the first that has to go.
    const [at, place, summary] =
      threat === null
        ? [0, 0, JSON.stringify({ bytes: json?.length ?? 0, ms: 0, review: false })]
        : [secondsOf(threat.past), dropPlace(threat), summaryOf(threat)];
    return [id, digestOf(json), at, place, summary];
  }

  async #enter(args: readonly (string | number)[]): Promise<void> {
    const answer = await this.link.ask("EVAL", (redis) =>
      redis.eval(TAKE_UP, 0, this.#bounds(), ...args),
    );
    this.#tell(answer as readonly string[]);
  }

  #bounds(): string {
    const now = systemClock() / 1000;
    return JSON.stringify({ ...this.#bounded, now, keptSince: now - KEPT_SECONDS });
  }

  #tell(drops: readonly string[]): void {
    if (drops.length > 0) {
      this.onDropped(drops.map(parseDrop) satisfies readonly Drop[]);
    }
  }
}

/** What the figures need of a threat. The scripts refuse half of a character, as others may have stored it. */
function summaryOf(threat: StoredThreat): string {
  const { json, past, processingMs, version } = threat;
  const summary = {
    bytes: json.length,
    time: timePlace(threat),
    ms: processingMs,
    version,
    review: past.requiresReview,
    type: past.threatType.toWellFormed(),
    severity: past.severity.toWellFormed(),
    customer: past.customer.toWellFormed(),
  };
  return JSON.stringify(summary);
}

/** Whether Redis has not seen a script since its start. */
function isUnknownScript(error: unknown): boolean {
  const cause = error instanceof StoreUnavailable ? error.cause : null;
  return cause instanceof Error && cause.message.startsWith("NOSCRIPT");
}

const SUMMARY = z.object({ version: z.number(), time: z.number() });

/** Whether a summary is of a version, and of a backend that knows counts over time. */
function isSummaryOf(version: string, summary: string | null | undefined): boolean {
  const { data } = SUMMARY.safeParse(parseJson(summary));
  return data !== undefined && String(data.version) === version;
}

function digestOf(json: Buffer | null): string {
  return json === null ? "none" : createHash("sha1").update(json).digest("hex");
}

/** The ids in hashes of records that the index of each does not know. */
function strays(
  recorded: readonly (readonly string[])[],
  known: readonly ReadonlySet<string>[],
): readonly string[] {
  return recorded.flatMap((ids, at) =>
    ids.filter((id) => id !== "bytes" && known[at]?.has(id) !== true),
  );
}

/** A list in parts of at most {@link BATCH}. */
export function inBatches<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts = Math.ceil(items.length / BATCH);
  return Array.from({ length: parts }, (_, at) => items.slice(at * BATCH, (at + 1) * BATCH));
}
