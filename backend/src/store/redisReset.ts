import type { Reset } from "../contract/responses.js";
import { CHANNELS, KEYS, QUARANTINE_OWN, RETENTION_OWN } from "./keys.js";
import type { RedisLink } from "./link.js";
import { count } from "../base/wording.js";

const BATCH = 500;

/**
 * Removes what the index knows together with the index, so that a threat which is saved at this moment
 * is either gone as a whole or there as a whole. Indexes and the quarantine are removed, and not counted.
 */
const REMOVE = `
local ids = redis.call("ZRANGE", KEYS[1], 0, -1)
for _, id in ipairs(ids) do
  redis.call("UNLINK", ARGV[1] .. id)
end
redis.call("UNLINK", unpack(ARGV, 2))
return redis.call("UNLINK", unpack(KEYS))`;

/** Removes all threats, and what backends of the same system keep besides them, but no intelligence. */
export async function resetRedis(link: RedisLink): Promise<Reset> {
  const threats = await scan(link, KEYS.threat("*"));
  const historical = await scan(link, "historical:*");
  const incidents = await scan(link, "incidents:*");
  const intel = await scan(link, KEYS.packageIntel("*"));
  const removed = [
    KEYS.index,
    KEYS.total,
    KEYS.egress,
    KEYS.versions,
    KEYS.sightings,
    KEYS.sightingOrder,
  ];
  const uncounted = [...RETENTION_OWN, ...QUARANTINE_OWN];
  const [others] = await link.transact([
    ["eval", REMOVE, removed.length, ...removed, KEYS.threat(""), ...uncounted],
    ["publish", CHANNELS.resets, "all"],
  ]);
  // What no index knew of: left behind by a backend that trims the index only.
  const scanned = [...threats, ...historical, ...incidents];
  for (let from = 0; from < scanned.length; from += BATCH) {
    await link.ask("UNLINK", (redis) => redis.unlink(scanned.slice(from, from + BATCH)));
  }
  const total = scanned.length + Number(others);
  return {
    status: "success",
    storage: "redis",
    cleared: {
      threat_keys: threats.length,
      historical_keys: historical.length,
      incident_keys: incidents.length,
      total_redis_keys: total,
      mock_data_reset: true,
    },
    preserved: { vt_cache: intel.length },
    message: `Demo reset: ${count(total, "key")} removed`,
  };
}

/** All keys that match a pattern, without stopping Redis for others as KEYS does. */
async function scan(link: RedisLink, pattern: string): Promise<readonly string[]> {
  const found = new Set<string>();
  let cursor = "0";
  do {
    const [next, keys] = await link.ask("SCAN", (redis) =>
      redis.scan(cursor, "MATCH", pattern, "COUNT", BATCH),
    );
    keys.forEach((key) => found.add(key));
    cursor = next;
  } while (cursor !== "0");
  return [...found];
}
