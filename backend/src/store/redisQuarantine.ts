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
import { countOf, parseJson, READING } from "./reading.js";
import {
  cameAt,
  QUARANTINE_BOUNDS,
  tally,
  type OnFallen,
  type Quarantine,
  type QuarantineFigures,
} from "./quarantine.js";

/** What {@link brokenBound} asks, for all pods at once. `ARGV[1]` is JSON of the bounds and the time in seconds. */
const COMMON = `${READING}
local order, entries, figures = unpack(KEYS)
local bounds = cjson.decode(ARGV[1])
local told = {}

local function remove(id)
  increase(figures, "bytes", -redis.call("HSTRLEN", entries, id))
  redis.call("HDEL", entries, id)
  return redis.call("ZREM", order, id)
end

-- Where Redis or a person has removed one key alone, what the others say is of nothing.
local function mend()
  if redis.call("ZCARD", order) == 0 or redis.call("HLEN", entries) == 0 then
    redis.call("DEL", order, entries)
    redis.call("HDEL", figures, "bytes")
  end
end

local function settle()
  while true do
    local first = redis.call("ZRANGE", order, 0, 0, "WITHSCORES")
    local reason = first[1] and (redis.call("ZCARD", order) > bounds.entries and "count"
      or whole(redis.call("HGET", figures, "bytes")) > bounds.bytes and "memory"
      or tonumber(first[2]) < bounds.since and "age")
    if not reason then
      break
    end
    remove(first[1])
    increase(figures, reason, 1)
    told[#told + 1] = reason
  end
end
`;

/**
 * Keeps entries, given as time, id and JSON, and counts what was lost before: not again where the same were kept
 * already. Answers what falls out.
 */
const KEEP = `${COMMON}
mend()
local isNew = #ARGV == 2
for at = 3, #ARGV, 3 do
  if redis.call("ZADD", order, "NX", ARGV[at], ARGV[at + 1]) == 1 then
    isNew = true
    redis.call("HSET", entries, ARGV[at + 1], ARGV[at + 2])
    increase(figures, "bytes", #ARGV[at + 2])
  end
end
for reason, times in pairs(isNew and cjson.decode(ARGV[2]) or {}) do
  increase(figures, reason, times)
end
settle()
return told`;

const PAGE = `${COMMON}
settle()
local ids = redis.call("ZREVRANGE", order, ARGV[2], ARGV[3])
local page = #ids > 0 and redis.call("HMGET", entries, unpack(ids)) or {}
return {told, page}`;

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
    const answer = await this.#run(PAGE, offset, offset + limit - 1);
    const [told, page] = answer as [unknown, (string | null)[]];
    this.#tell(told);
    return {
      entries: page.map(parseEntry).filter((entry) => entry !== null),
      ...(await this.figures()),
    };
  }

  async figures(): Promise<QuarantineFigures> {
    const [order, , figures] = QUARANTINE_OWN;
    const [kept, read] = await this.link.ask("HGETALL", (redis) =>
      Promise.all([redis.zcard(order), redis.hgetall(figures)]),
    );
    return { kept, fallen_out: fallenOf(read) };
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

function fallenOf(figures: Readonly<Record<string, string>>): Fallen {
  return Object.fromEntries(
    FALL_REASON.options.flatMap((reason) => {
      const times = figures[reason];
      return times === undefined ? [] : [[reason, countOf(times)]];
    }),
  );
}

function parseEntry(json: string | null): QuarantineEntry | null {
  return QUARANTINE_ENTRY.safeParse(parseJson(json)).data ?? null;
}
