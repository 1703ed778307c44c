import type { RedisConfig } from "../config/config.js";
import type { Reset } from "../contract/responses.js";
import { INTEL_MATCH, type IntelMatch } from "../contract/signal.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import type { RedisWatch } from "../telemetry/redisWatch.js";
import { Documents, type StoredThreat } from "./documents.js";
import { CHANNELS, KEYS } from "./keys.js";
import { RedisLink } from "./link.js";
import type { OnFallen } from "./quarantine.js";
import { parseJson } from "./reading.js";
import { RedisEgress } from "./redisEgress.js";
import { RedisEvents } from "./redisEvents.js";
import { RedisQuarantine } from "./redisQuarantine.js";
import { resetRedis } from "./redisReset.js";
import { inBatches, RedisRetention, type Storing } from "./redisRetention.js";
import { RedisSightings } from "./redisSightings.js";
import type { Limits } from "./retention.js";
import type { Identity, Sighting } from "./sightings.js";
import {
  CATCH_UP,
  type OnDropped,
  type Replaced,
  type Shelf,
  type ThreatFigures,
  type ThreatListener,
  type ThreatStore,
} from "./store.js";
import type { Histogram, HistogramQuery, TimeRange } from "./times.js";

/** Documents that are remembered: those of the pages and the feed that are read over and over. */
const KNOWN_DOCUMENTS = 500;
/** Time between two looks at what no request looks at, in ms. */
const TIDY_MS = 60_000;

/** Keeps threats in Redis, shared by all pods. */
export class RedisStore implements ThreatStore {
  readonly kind = "redis";
  readonly egress: RedisEgress;
  readonly quarantine: RedisQuarantine;
  readonly #link: RedisLink;
  readonly #documents = new Documents(KNOWN_DOCUMENTS);
  readonly #sightings: RedisSightings;
  readonly #retention: RedisRetention;
  #tidying: NodeJS.Timeout | undefined;
  readonly #events: RedisEvents;

  /**
   * Begins to connect, and does not wait for it.
   *
   * @param limits how much is kept
   */
  constructor(
    config: RedisConfig,
    limits: Limits,
    private readonly log: Logger,
    watch?: RedisWatch,
    onDropped: OnDropped = () => undefined,
    onFallen?: OnFallen,
  ) {
    this.#link = new RedisLink(config, log, watch);
    this.egress = new RedisEgress(this.#link);
    this.quarantine = new RedisQuarantine(this.#link, onFallen);
    this.#sightings = new RedisSightings(this.#link);
    this.#retention = new RedisRetention(this.#link, this.#documents, limits, onDropped);
    this.#events = new RedisEvents(this.#documents, () => this.egress.changed(), log);
  }

  /** True while there are connections to Redis. */
  get connected(): boolean {
    return this.#link.connected;
  }

  get live(): boolean {
    return this.#link.live;
  }

  start(listener: ThreatListener): void {
    this.#link.start(Object.values(CHANNELS), {
      onMessage: (channel, message) => this.#events.receive(channel, message, listener),
      onSubscribed: async () => {
        await this.#retention.prepare();
        // Those of before the upgrade, or of a backend that knows no retention.
        await this.#retention.takeUp();
        const stored = await this.list(CATCH_UP, 0);
        this.egress.changed();
        return () => listener.onLive(stored);
      },
    });
    this.#tidying = setInterval(() => void this.#tidy(), TIDY_MS);
  }

  /** What no request makes happen: one of all pods looks what others have written, and what is too old. */
  async #tidy(): Promise<void> {
    try {
      if (await this.claim("retention", 0.9 * TIDY_MS)) {
        await this.#retention.takeUp();
        await this.quarantine.keep([]);
      }
    } catch (error) {
      this.log.debug(errorFields(error), "Not tidied up");
    }
  }

  async save(
    threat: StoredThreat,
    traceparent: string | null = null,
    sighting?: Sighting,
    record?: Buffer,
  ): Promise<void> {
    if (sighting === undefined) {
      this.#documents.add(threat);
    }
    const storing = { channel: CHANNELS.events, record, ...alertOf(sighting) };
    const trace =
      traceparent === null
        ? []
        : ([["publish", CHANNELS.traces, `${threat.id} ${traceparent}`]] as const);
    const status = await this.#retention.store(threat, storing, trace);
    // One that was overtaken must not be remembered in the place of what is stored.
    if (status === "stored" && sighting !== undefined) {
      this.#documents.add(threat);
    }
  }

  async replace(
    threat: StoredThreat,
    before: StoredThreat | null,
    sighting?: Sighting,
    record?: Buffer,
  ): Promise<Replaced> {
    const storing = { channel: CHANNELS.updates, before, record, ...alertOf(sighting) };
    return (await this.#retention.store(threat, storing)) as Replaced;
  }

  see(identity: Identity, id: string): Promise<Sighting> {
    return this.#sightings.see(identity, id);
  }

  unsee(sighting: Sighting): Promise<void> {
    return this.#sightings.unsee(sighting);
  }

  async get(id: string): Promise<StoredThreat | null> {
    const stored = await this.#link.ask("GET", (redis) => redis.getBuffer(KEYS.threat(id)));
    const json =
      stored ?? (await this.#link.ask("HGET", (redis) => redis.hgetBuffer(KEYS.documents, id)));
    return this.#documents.read(json);
  }

  async record(id: string): Promise<Buffer | null> {
    const [stored, kept] = await this.#link.ask("HGET", (redis) =>
      Promise.all([KEYS.records, KEYS.keptRecords].map((key) => redis.hgetBuffer(key, id))),
    );
    return stored ?? kept ?? null;
  }

  async list(
    limit: number,
    offset: number,
    shelf: Shelf = "stored",
    { from, to }: TimeRange = {},
  ): Promise<readonly StoredThreat[]> {
    const last = to === undefined ? "+inf" : `(${to}`;
    const ids = await this.#link.ask("ZREVRANGEBYSCORE", (redis) =>
      redis.zrevrangebyscore(LISTS[shelf], last, from ?? "-inf", "LIMIT", offset, limit),
    );
    const threats: StoredThreat[] = [];
    for (const batch of inBatches(ids)) {
      const documents = await (shelf === "dropped"
        ? this.#link.ask("HMGET", (redis) => redis.hmgetBuffer(KEYS.documents, ...batch))
        : this.#link.ask("MGET", (redis) => redis.mgetBuffer(batch.map(KEYS.threat))));
      const read = documents.map((json) => this.#documents.read(json));
      threats.push(...read.filter((threat) => threat !== null));
    }
    return threats;
  }

  figures(): Promise<ThreatFigures> {
    return this.#retention.figures();
  }

  histogram(query: HistogramQuery): Promise<Histogram> {
    return this.#retention.histogram(query);
  }

  async packageIntel(name: string): Promise<IntelMatch | null> {
    const json = await this.#link.ask("GET", (redis) => redis.get(KEYS.packageIntel(name)));
    return INTEL_MATCH.safeParse(parseJson(json)).data ?? null;
  }

  async keepIntel(match: IntelMatch, seconds: number): Promise<void> {
    const key = KEYS.packageIntel(match.ioc_value);
    await this.#link.ask("SET", (redis) => redis.set(key, JSON.stringify(match), "EX", seconds));
  }

  async reset(): Promise<Reset> {
    const result = await resetRedis(this.#link);
    this.egress.changed();
    return result;
  }

  async claim(job: string, ms: number): Promise<boolean> {
    const answer = await this.#link.ask("SET", (redis) =>
      redis.set(KEYS.claim(job), "1", "PX", Math.round(ms), "NX"),
    );
    return answer === "OK";
  }

  async ping(): Promise<void> {
    await this.#link.ask("PING", (redis) => redis.ping());
  }

  async close(): Promise<void> {
    clearInterval(this.#tidying);
    this.#link.close();
  }
}

/** Which index a list is made of. */
const LISTS: Readonly<Record<Shelf, string>> = {
  stored: KEYS.index,
  waiting: KEYS.waiting,
  dropped: KEYS.dropped,
};

function alertOf(sighting: Sighting | undefined): Pick<Storing, "alert"> {
  return sighting === undefined ? {} : { alert: [sighting.key, sighting.version] };
}
