import { KEYS, RETENTION_NAMES } from "./keys.js";
import { READING } from "./reading.js";
import { UNTOUCHABLE } from "./retention.js";
import { UNTIMED } from "./times.js";

/** The keys as variables of the scripts. */
export const NAMES = RETENTION_NAMES.map((name) => `local ${name} = "${KEYS[name]}"`).join("\n");

/**
 * What the scripts of the store have in common: `enter` and `leave` keep the indexes and the figures true to
 * the documents, `settle` drops what the bounds do not allow. The rule is that of `retention.ts`, in whose
 * order the threats stand in the sorted set `order`.
 *
 * Their keys stand in them: sent each time, they would cost more than all the rest. `ARGV[1]` is JSON of the bounds, the
 * time in seconds, and from when on dropped ones are kept.
 */
export const COMMON = `
${NAMES}
${READING}
local prefix = "${KEYS.threat("")}"
local bounds = cjson.decode(ARGV[1])
local untouchable = ${UNTOUCHABLE}
local told = {}

local function document(id)
  return redis.call("GET", prefix .. id)
end

local function digest(json)
  return json and redis.sha1hex(json) or "none"
end

local function figure(name)
  return whole(redis.call("HGET", figures, name))
end

local function add(name, by)
  increase(figures, name, by)
end

local function tell(kind, severity, reason)
  local name = kind .. " " .. severity .. " " .. reason
  increase(drops, name, 1)
  told[#told + 1] = name
end

-- Who removes everything without knowing of these keys removes the total.
local function renew()
  if redis.call("EXISTS", total) == 0 then
    redis.call("UNLINK", order, waiting, times, summaries, figures, customers, dropped, documents, drops,
      records, keptRecords)
    -- Once: what is stored next need not be new, and a change counts nothing.
    redis.call("SET", total, 0)
  end
end

local function count(summary, by)
  add("bytes", by * summary.bytes)
  add("ms", by * summary.ms)
  if summary.type then
    add("type " .. summary.type, by)
    add("severity " .. summary.severity, by)
    if increase(customers, summary.customer, by) < 1 then
      redis.call("HDEL", customers, summary.customer)
    end
  end
end

-- Nil for one that nothing can be counted by.
local function summary_in(text)
  local summary = object(text)
  for _, field in ipairs(summary and {"type", "severity", "customer"} or {}) do
    -- Of what cannot be read there is none of them.
    if type(summary[field]) ~= (summary.type == nil and "nil" or "string") then
      return nil
    end
  end
  if summary then
    summary.bytes, summary.ms = whole(summary.bytes), whole(summary.ms)
  end
  return summary
end

local function leave(id)
  local known = redis.call("HGET", summaries, id)
  redis.call("ZREM", order, id)
  redis.call("ZREM", waiting, id)
  redis.call("ZREM", times, id)
  if not known then
    return nil
  end
  redis.call("HDEL", summaries, id)
  local summary = summary_in(known)
  if summary then
    count(summary, -1)
  end
  return summary
end

-- How much there is of records stands beside them, so that both go together whoever removes them.
local function bytes_of(hash)
  return whole(redis.call("HGET", hash, "bytes"))
end

local function drop_record(hash, id)
  local size = redis.call("HSTRLEN", hash, id)
  if size > 0 then
    redis.call("HDEL", hash, id)
    increase(hash, "bytes", -size)
  end
end

local function keep_record(hash, id, record)
  drop_record(hash, id)
  redis.call("HSET", hash, id, record)
  increase(hash, "bytes", #record)
end

-- The record goes where the document has gone.
local function move_record(id)
  local record = redis.call("HGET", records, id)
  if record then
    keep_record(keptRecords, id, record)
    drop_record(records, id)
  end
end

local function forget(id)
  if redis.call("ZREM", dropped, id) == 1 then
    add("keptBytes", -redis.call("HSTRLEN", documents, id))
    redis.call("HDEL", documents, id)
    drop_record(keptRecords, id)
  end
end

local function enter(id, at, place, text, summary)
  leave(id)
  forget(id)
  redis.call("HSET", summaries, id, text)
  redis.call("ZADD", index, "NX", at, id)
  redis.call("ZADD", order, place, id)
  redis.call("ZADD", times, summary.time or ${UNTIMED}, id)
  if summary.review then
    redis.call("ZADD", waiting, at, id)
  end
  count(summary, 1)
end

local function tell_of(summary, reason)
  if summary and summary.type then
    tell(summary.review and "awaiting" or "other", summary.severity, reason)
  end
end

local function drop(id, reason)
  local summary = leave(id)
  local json = summary and summary.review and document(id)
  if json then
    redis.call("HSET", documents, id, json)
    -- What goes at the same time keeps its order.
    redis.call("ZADD", dropped, bounds.now + #told * 1e-6, id)
    add("keptBytes", #json)
    move_record(id)
  else
    drop_record(records, id)
  end
  redis.call("DEL", prefix .. id)
  redis.call("ZREM", index, id)
  redis.call("HDEL", versions, id)
  tell_of(summary, reason)
end

local function lowest()
  local first = redis.call("ZRANGE", order, 0, 0, "WITHSCORES")
  return first[1], tonumber(first[2])
end

-- Whether one more would cost one that must not be touched.
local function full(bytes)
  local id, place = lowest()
  return id and place >= untouchable
    and (redis.call("ZCARD", order) >= bounds.threats or figure("bytes") + bytes_of(records) + bytes > bounds.bytes)
end

local function reason_to_drop(place)
  return place < untouchable
    and (redis.call("ZCARD", order) > bounds.threats and "count"
      or figure("bytes") + bytes_of(records) > bounds.bytes and "memory"
      or place < bounds.now - bounds.seconds and "age")
end

local function reason_to_forget(since)
  return redis.call("ZCARD", dropped) > bounds.kept and "count"
    or figure("keptBytes") + bytes_of(keptRecords) > bounds.keptBytes and "memory"
    or since < bounds.keptSince and "age"
end

-- A bounded number at a time, as others wait meanwhile: with lower bounds than before it is many.
local function settle()
  for _ = 1, 500 do
    local id, place = lowest()
    local reason = id and reason_to_drop(place)
    if not reason then
      break
    end
    drop(id, reason)
  end
  for _ = 1, 500 do
    local first = redis.call("ZRANGE", dropped, 0, 0, "WITHSCORES")
    local reason = first[1] and reason_to_forget(tonumber(first[2]))
    if not reason then
      break
    end
    forget(first[1])
    tell("kept", "-", reason)
  end
end
`;
