import { BoundedMap } from "../base/boundedMap.js";
import type { RedisConfig } from "../config/config.js";
import type { Reset } from "../contract/responses.js";
import { INTEL_MATCH, type IntelMatch } from "../contract/signal.js";
import type { Logger } from "../telemetry/log.js";
import type { RedisWatch } from "../telemetry/redisWatch.js";
import { Documents, type StoredThreat } from "./documents.js";
import { CHANNELS, KEYS } from "./keys.js";
import { RedisLink } from "./link.js";
import { RedisEgress } from "./redisEgress.js";
import { resetRedis } from "./redisReset.js";
import { LEASE_MS, MAX_SIGHTINGS, type Identity, type Sighting } from "./sightings.js";
import type { StoreContent, ThreatListener, ThreatStore } from "./store.js";

/** Traces whose event has not come yet: as many as may be published in between by other pods. */
const PENDING_TRACES = 1000;

/**
 * Keeps a document, forgets the oldest beyond the limit (index entry and document together, which are
 * known only here), and publishes. A script inside the save's MULTI, so that the document is sent once.
 * Of an alert that may come again it is noted that this version is stored, unless a newer one has come.
 */
const STORE = `
if ARGV[6] then
  local known = redis.call("HGET", KEYS[2], ARGV[6])
  local seen = known and cjson.decode(known)
  if seen and seen.version ~= ARGV[7] then
    return -1
  end
  if seen then
    seen.stored = ARGV[7]
    seen.lease = nil
    redis.call("HSET", KEYS[2], ARGV[6], cjson.encode(seen))
  end
end
redis.call("SET", ARGV[2] .. ARGV[3], ARGV[4])
for _, id in ipairs(redis.call("ZRANGE", KEYS[1], 0, -1 - tonumber(ARGV[1]))) do
  redis.call("DEL", ARGV[2] .. id)
  redis.call("ZREM", KEYS[1], id)
end
return redis.call("PUBLISH", ARGV[5], ARGV[4])`;

/** What {@link STORE} gives for a threat that is not kept. */
const OVERTAKEN = -1;

/** {@link sight}, for all pods at once; the alerts that came longest ago are forgotten. */
const SEE = `
local known = redis.call("HGET", KEYS[1], ARGV[1])
local seen = known and cjson.decode(known) or {id = ARGV[3], count = 0}
local now = tonumber(ARGV[4])
local version = seen.version
if seen.lease and seen.lease < now then
  version = seen.stored
end
seen.count = seen.count + 1
local kind = not version and "new" or ARGV[2] > version and "newer" or "again"
if kind ~= "again" then
  seen.version = ARGV[2]
  seen.lease = now + tonumber(ARGV[5])
end
redis.call("HSET", KEYS[1], ARGV[1], cjson.encode(seen))
redis.call("ZADD", KEYS[2], now, ARGV[1])
local excess = redis.call("ZCARD", KEYS[2]) - tonumber(ARGV[6])
if excess > 0 then
  local oldest = redis.call("ZPOPMIN", KEYS[2], excess)
  for index = 1, #oldest, 2 do
    redis.call("HDEL", KEYS[1], oldest[index])
  end
end
return {kind, seen.id, seen.count}`;

/** Ends the lease of a version that could not be saved. */
const UNSEE = `
local known = redis.call("HGET", KEYS[1], ARGV[1])
local seen = known and cjson.decode(known)
if seen and seen.version == ARGV[2] and seen.lease then
  seen.lease = 0
  redis.call("HSET", KEYS[1], ARGV[1], cjson.encode(seen))
end`;

/** Keeps threats in Redis, shared by all pods. */
export class RedisStore implements ThreatStore {
  readonly kind = "redis";
  readonly egress: RedisEgress;
  readonly #link: RedisLink;
  readonly #documents: Documents;
  readonly #traces = new BoundedMap<string, string>(PENDING_TRACES);

  /**
   * Begins to connect, and does not wait for it.
   *
   * @param maxStored how many threats are kept
   */
  constructor(
    config: RedisConfig,
    private readonly maxStored: number,
    private readonly log: Logger,
    watch?: RedisWatch,
  ) {
    this.#link = new RedisLink(config, log, watch);
    this.egress = new RedisEgress(this.#link);
    // Twice as many as are stored, for those on their way in.
    this.#documents = new Documents(2 * maxStored);
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
      onMessage: (channel, message) => this.#receive(channel, message, listener),
      onSubscribed: async () => {
        const stored = await this.list(this.maxStored, 0);
        this.egress.changed();
        return () => listener.onLive(stored);
      },
    });
  }

  async save(
    threat: StoredThreat,
    traceparent: string | null = null,
    sighting?: Sighting,
  ): Promise<void> {
    const { id, json, past } = threat;
    const isUpdate = sighting?.kind === "newer";
    const channel = isUpdate ? CHANNELS.updates : CHANNELS.events;
    const { maxStored } = this;
    const args = [maxStored, KEYS.threat(""), id, json, channel] as const;
    if (sighting === undefined) {
      this.#documents.add(threat);
    }
    const results = await this.#link.transact([
      ...(isUpdate ? [] : ([["incr", KEYS.total]] as const)),
      ["zadd", KEYS.index, past.at / 1000, id],
      ...(traceparent === null
        ? []
        : ([["publish", CHANNELS.traces, `${id} ${traceparent}`]] as const)),
      sighting === undefined
        ? ["eval", STORE, 1, KEYS.index, ...args]
        : ["eval", STORE, 2, KEYS.index, KEYS.sightings, ...args, sighting.key, sighting.version],
    ]);
    // One that was overtaken must not be remembered in the place of what is stored.
    if (sighting !== undefined && Number(results.at(-1)) !== OVERTAKEN) {
      this.#documents.add(threat);
    }
  }

  async see({ key, version }: Identity, id: string): Promise<Sighting> {
    const [kind, threat, count] = (await this.#link.ask("EVAL", (redis) =>
      redis.eval(
        SEE,
        2,
        KEYS.sightings,
        KEYS.sightingOrder,
        key,
        version,
        id,
        Date.now(),
        LEASE_MS,
        MAX_SIGHTINGS,
      ),
    )) as [Sighting["kind"], string, number];
    return { key, version, kind, id: threat, count };
  }

  async unsee({ key, version }: Sighting): Promise<void> {
    await this.#link.ask("EVAL", (redis) => redis.eval(UNSEE, 1, KEYS.sightings, key, version));
  }

  async get(id: string): Promise<StoredThreat | null> {
    return this.#documents.read(
      await this.#link.ask("GET", (redis) => redis.getBuffer(KEYS.threat(id))),
    );
  }

  async list(limit: number, offset: number): Promise<readonly StoredThreat[]> {
    const ids = await this.#link.ask("ZREVRANGE", (redis) =>
      redis.zrevrange(KEYS.index, offset, offset + limit - 1),
    );
    return this.#fetch(ids);
  }

  async content(): Promise<StoreContent> {
    const [total, ids] = await this.#link.transact([
      ["get", KEYS.total],
      ["zrevrange", KEYS.index, 0, -1],
    ]);
    const all = (ids as readonly Buffer[]).map(String);
    // The documents are many and large, and those that this process knows already do not change.
    const unknown = all.filter((id) => this.#documents.get(id) === undefined);
    const fetched = new Map((await this.#fetch(unknown)).map((threat) => [threat.id, threat]));
    const stored = all.map((id) => fetched.get(id) ?? this.#documents.get(id));
    return {
      total: total === null ? 0 : Number((total as Buffer).toString()),
      stored: stored.filter((threat) => threat !== undefined),
    };
  }

  async packageIntel(name: string): Promise<IntelMatch | null> {
    const json = await this.#link.ask("GET", (redis) => redis.get(KEYS.packageIntel(name)));
    try {
      return INTEL_MATCH.safeParse(JSON.parse(json ?? "null")).data ?? null;
    } catch {
      return null;
    }
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
    this.#link.close();
  }

  async #fetch(ids: readonly string[]): Promise<readonly StoredThreat[]> {
    if (ids.length === 0) {
      return [];
    }
    const documents = await this.#link.ask("MGET", (redis) =>
      redis.mgetBuffer(ids.map(KEYS.threat)),
    );
    return documents.map((json) => this.#documents.read(json)).filter((threat) => threat !== null);
  }

  #receive(channel: string, message: Buffer, listener: ThreatListener): void {
    if (channel === CHANNELS.violations || channel === CHANNELS.resets) {
      this.egress.changed();
    }
    if (channel === CHANNELS.violations) {
      return;
    }
    if (channel === CHANNELS.resets) {
      listener.onReset();
      return;
    }
    if (channel === CHANNELS.traces) {
      const [id, traceparent] = message.toString().split(" ");
      if (id !== undefined && traceparent !== undefined) {
        this.#traces.add(id, traceparent);
      }
      return;
    }
    const threat = this.#documents.read(message);
    if (threat === null) {
      this.log.warn("Ignored an event that is no threat");
      return;
    }
    if (channel === CHANNELS.updates) {
      listener.onUpdate(threat);
      return;
    }
    const traceparent = this.#traces.get(threat.id) ?? null;
    this.#traces.delete(threat.id);
    listener.onThreat(threat, traceparent);
  }
}
