import { createHash } from "node:crypto";
import { BoundedMap } from "../base/boundedMap.js";
import type { RedisConfig } from "../config/config.js";
import type { Reset } from "../contract/responses.js";
import { INTEL_MATCH, type IntelMatch } from "../contract/signal.js";
import type { Logger } from "../telemetry/log.js";
import { UNTOUCHED } from "../threats/triage.js";
import type { RedisWatch } from "../telemetry/redisWatch.js";
import { Documents, type StoredThreat } from "./documents.js";
import { CHANNELS, KEYS } from "./keys.js";
import { RedisLink } from "./link.js";
import { RedisEgress } from "./redisEgress.js";
import { resetRedis } from "./redisReset.js";
import { LEASE_MS, MAX_SIGHTINGS, type Identity, type Sighting } from "./sightings.js";
import type { Replaced, StoreContent, ThreatListener, ThreatStore } from "./store.js";

/** Traces whose event has not come yet: as many as may be published in between by other pods. */
const PENDING_TRACES = 1000;

/**
 * Keeps a document, forgets the oldest beyond the limit (index entry and document together, which are
 * known only here), and publishes. A script, so that the document is sent once. A document that is changed
 * must still be the one whose digest is given. Of an alert that may come again it is noted that this
 * version is stored, unless a newer one has come.
 */
const STORE = `
local limit, prefix, id, json, at, channel, version = unpack(ARGV)
local before, alert, alertVersion = ARGV[8], ARGV[9], ARGV[10]
if before ~= "any" then
  local present = redis.call("GET", prefix .. id)
  if before ~= (present and redis.sha1hex(present) or "none") then
    return "changed"
  end
end
if alert then
  local known = redis.call("HGET", KEYS[3], alert)
  local seen = known and cjson.decode(known)
  if seen and seen.version ~= alertVersion then
    return "overtaken"
  end
  if seen then
    seen.stored = alertVersion
    seen.lease = nil
    redis.call("HSET", KEYS[3], alert, cjson.encode(seen))
  end
end
redis.call("SET", prefix .. id, json)
redis.call("ZADD", KEYS[1], at, id)
if before ~= "any" then
  redis.call("HSET", KEYS[2], id, version)
end
for _, oldest in ipairs(redis.call("ZRANGE", KEYS[1], 0, -1 - tonumber(limit))) do
  redis.call("DEL", prefix .. oldest)
  redis.call("ZREM", KEYS[1], oldest)
  redis.call("HDEL", KEYS[2], oldest)
end
redis.call("PUBLISH", channel, json)
return "stored"`;

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
    const { id } = threat;
    if (sighting === undefined) {
      this.#documents.add(threat);
    }
    const results = await this.#link.transact([
      ["incr", KEYS.total],
      ...(traceparent === null
        ? []
        : ([["publish", CHANNELS.traces, `${id} ${traceparent}`]] as const)),
      ["eval", STORE, ...this.#storing(threat, CHANNELS.events, "any", sighting)],
    ]);
    // One that was overtaken must not be remembered in the place of what is stored.
    if (sighting !== undefined && String(results.at(-1)) === "stored") {
      this.#documents.add(threat);
    }
  }

  async replace(
    threat: StoredThreat,
    before: StoredThreat | null,
    sighting?: Sighting,
  ): Promise<Replaced> {
    const digest = before === null ? "none" : createHash("sha1").update(before.json).digest("hex");
    const args = this.#storing(threat, CHANNELS.updates, digest, sighting);
    return (await this.#link.ask("EVAL", (redis) => redis.eval(STORE, ...args))) as Replaced;
  }

  /** What {@link STORE} takes. */
  #storing(
    { id, json, past, version }: StoredThreat,
    channel: string,
    before: string,
    sighting: Sighting | undefined,
  ) {
    const keys = [KEYS.index, KEYS.versions, KEYS.sightings] as const;
    const alert = sighting === undefined ? [] : [sighting.key, sighting.version];
    const at = past.at / 1000;
    const args = [this.maxStored, KEYS.threat(""), id, json, at, channel, version] as const;
    return [keys.length, ...keys, ...args, before, ...alert] as const;
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
    const [total, ids, changed] = await this.#link.transact([
      ["get", KEYS.total],
      ["zrevrange", KEYS.index, 0, -1],
      ["hgetall", KEYS.versions],
    ]);
    const all = (ids as readonly Buffer[]).map(String);
    const versions = changed as Readonly<Record<string, unknown>>;
    // The documents are many and large, and this process knows most of them already.
    const unknown = all.filter(
      (id) => this.#documents.get(id)?.version !== Number(versions[id] ?? FIRST),
    );
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

/** The version of what has not changed since it was stored. */
const FIRST = UNTOUCHED.version;
