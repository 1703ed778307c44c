import { systemClock } from "../base/clock.js";
import {
  FALL_REASON,
  QUARANTINE_ENTRY,
  type Fallen,
  type FallReason,
  type Quarantined,
  type QuarantineEntry,
} from "../contract/quarantine.js";
import { QUARANTINE_OWN } from "./keys.js";
import type { RedisLink } from "./link.js";
import { cameAt, QUARANTINE_BOUNDS, tally, type OnFallen, type Quarantine } from "./quarantine.js";

/** {@link reasonToFall}, for all pods at once. `ARGV[1]` is JSON of the bounds and the time in seconds. */
const COMMON = `
local order, entries, figures = unpack(KEYS)
local bounds = cjson.decode(ARGV[1])
local told = {}

local function remove(id)
  redis.call("HINCRBY", figures, "bytes", 0 - redis.call("HSTRLEN", entries, id))
  redis.call("HDEL", entries, id)
  return redis.call("ZREM", order, id)
end

local function settle()
  while true do
    local first = redis.call("ZRANGE", order, 0, 0, "WITHSCORES")
    local reason = first[1] and (redis.call("ZCARD", order) > bounds.entries and "count"
      or tonumber(redis.call("HGET", figures, "bytes") or 0) > bounds.bytes and "memory"
      or tonumber(first[2]) < bounds.since and "age")
    if not reason then
      break
    end
    remove(first[1])
    redis.call("HINCRBY", figures, reason, 1)
    told[#told + 1] = reason
  end
end
`;

/** Keeps entries, given as time, id and JSON, and counts what was lost before. Answers what falls out. */
const KEEP = `${COMMON}
for reason, times in pairs(cjson.decode(ARGV[2])) do
  redis.call("HINCRBY", figures, reason, times)
end
for at = 3, #ARGV, 3 do
  redis.call("ZADD", order, ARGV[at], ARGV[at + 1])
  redis.call("HSET", entries, ARGV[at + 1], ARGV[at + 2])
  redis.call("HINCRBY", figures, "bytes", #ARGV[at + 2])
end
settle()
return told`;

const PAGE = `${COMMON}
settle()
local ids = tonumber(ARGV[2]) > 0 and redis.call("ZREVRANGE", order, ARGV[3], ARGV[4]) or {}
local page = #ids > 0 and redis.call("HMGET", entries, unpack(ids)) or {}
return {told, page, redis.call("ZCARD", order), redis.call("HGETALL", figures)}`;

const REMOVE = `${COMMON}
return remove(ARGV[2])`;

/** What could not be read, shared by all pods. */
export class RedisQuarantine implements Quarantine {
  constructor(
    private readonly link: RedisLink,
    private readonly onFallen: OnFallen = () => undefined,
    private readonly bounds = QUARANTINE_BOUNDS,
  ) {}

  async keep(entries: readonly QuarantineEntry[], fallen: Fallen = {}): Promise<void> {
    const args = entries.flatMap((entry) => [cameAt(entry), entry.id, JSON.stringify(entry)]);
    this.#tell(await this.#run(KEEP, JSON.stringify(fallen), ...args));
  }

  async page(limit: number, offset: number): Promise<Quarantined> {
    const answer = await this.#run(PAGE, limit, offset, offset + limit - 1);
    const [told, page, kept, figures] = answer as [unknown, string[], number, string[]];
    this.#tell(told);
    return {
      entries: page.map(parseEntry).filter((entry) => entry !== null),
      kept,
      fallen_out: fallenOf(figures),
    };
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#run(REMOVE, id)) === 1;
  }

  #run(script: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const { seconds, ...bounds } = this.bounds;
    const since = systemClock() / 1000 - seconds;
    return this.link.ask("EVAL", (redis) =>
      redis.eval(
        script,
        QUARANTINE_OWN.length,
        ...QUARANTINE_OWN,
        JSON.stringify({ ...bounds, since }),
        ...args,
      ),
    );
  }

  #tell(told: unknown): void {
    const reasons = told as readonly FallReason[];
    if (reasons.length > 0) {
      this.onFallen(tally(reasons));
    }
  }
}

function fallenOf(figures: readonly string[]): Fallen {
  return Object.fromEntries(
    FALL_REASON.options.flatMap((reason) => {
      const at = figures.indexOf(reason);
      return at < 0 ? [] : [[reason, Number(figures[at + 1])]];
    }),
  );
}

function parseEntry(json: string): QuarantineEntry | null {
  try {
    return QUARANTINE_ENTRY.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
