import { KEYS } from "./keys.js";
import type { RedisLink } from "./link.js";
import { READING, READING_SEEN } from "./reading.js";
import { LEASE_MS, MAX_SIGHTINGS, type Identity, type Sighting } from "./sightings.js";

/** {@link sight}, for all pods at once; the alerts that came longest ago are forgotten. */
const SEE = `${READING}${READING_SEEN}
local seen = seen_in(redis.call("HGET", KEYS[1], ARGV[1])) or {id = ARGV[3], count = 0}
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
const UNSEE = `${READING}${READING_SEEN}
local seen = seen_in(redis.call("HGET", KEYS[1], ARGV[1]))
if seen and seen.version == ARGV[2] and seen.lease then
  seen.lease = 0
  redis.call("HSET", KEYS[1], ARGV[1], cjson.encode(seen))
end`;

/** What is remembered of alerts, shared by all pods. */
export class RedisSightings {
  constructor(private readonly link: RedisLink) {}

  async see({ key, version }: Identity, id: string): Promise<Sighting> {
    const [kind, threat, count] = (await this.link.ask("EVAL", (redis) =>
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
    await this.link.ask("EVAL", (redis) => redis.eval(UNSEE, 1, KEYS.sightings, key, version));
  }
}
