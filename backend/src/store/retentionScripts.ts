import { KEYS, RETENTION_NAMES } from "./keys.js";
import { RANK, UNTOUCHABLE } from "./retention.js";

/** The keys as variables of the scripts. */
const NAMES = RETENTION_NAMES.map((name) => `local ${name} = "${KEYS[name]}"`).join("\n");

/**
 * What the scripts of the store have in common: `enter` and `leave` keep the indexes and the figures true to
 * the documents, `settle` drops what the bounds do not allow. The rule is that of `retention.ts`, in whose
 * order the threats stand in the sorted set `order`.
 *
 * Their keys stand in them: sent each time, they would cost more than all the rest. `ARGV[1]` is JSON of the bounds, the
 * time in seconds, and from when on dropped ones are kept.
 */
const COMMON = `
${NAMES}
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
  return tonumber(redis.call("HGET", figures, name) or 0)
end

local function add(name, by)
  -- Minus zero is no number to Redis.
  redis.call("HINCRBY", figures, name, by + 0)
end

local function tell(kind, severity, reason)
  local name = kind .. " " .. severity .. " " .. reason
  redis.call("HINCRBY", drops, name, 1)
  told[#told + 1] = name
end

-- Who removes everything without knowing of these keys removes the total.
local function renew()
  if redis.call("EXISTS", total) == 0 then
    redis.call("UNLINK", order, waiting, summaries, figures, customers, dropped, documents, drops)
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
    if redis.call("HINCRBY", customers, summary.customer, by) < 1 then
      redis.call("HDEL", customers, summary.customer)
    end
  end
end

local function leave(id)
  local known = redis.call("HGET", summaries, id)
  redis.call("ZREM", order, id)
  redis.call("ZREM", waiting, id)
  if not known then
    return nil
  end
  local summary = cjson.decode(known)
  count(summary, -1)
  redis.call("HDEL", summaries, id)
  return summary
end

local function forget(id)
  if redis.call("ZREM", dropped, id) == 1 then
    add("keptBytes", -redis.call("HSTRLEN", documents, id))
    redis.call("HDEL", documents, id)
  end
end

local function enter(id, at, place, text, summary)
  leave(id)
  forget(id)
  redis.call("HSET", summaries, id, text)
  redis.call("ZADD", index, "NX", at, id)
  redis.call("ZADD", order, place, id)
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
    and (redis.call("ZCARD", order) >= bounds.threats or figure("bytes") + bytes > bounds.bytes)
end

local function reason_to_drop(place)
  return place < untouchable
    and (redis.call("ZCARD", order) > bounds.threats and "count"
      or figure("bytes") > bounds.bytes and "memory"
      or place < bounds.now - bounds.seconds and "age")
end

local function reason_to_forget(since)
  return redis.call("ZCARD", dropped) > bounds.kept and "count"
    or figure("keptBytes") > bounds.keptBytes and "memory"
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

/**
 * Keeps a document within the bounds and publishes it. A script, so that the document is sent once. A document
 * that is changed must still be the one whose digest is given; what a person decides of one that was dropped
 * stays with those. Of an alert that may come again it is noted that this version is stored, unless a newer
 * one has come. Answers what became of it, and the drops.
 */
export const STORE = `${COMMON}
local id, json, at, place, summary, channel, version, before, alert, alertVersion = unpack(ARGV, 2)
local fresh = before == "any"
-- What cannot be read fails here, before anything is written: nothing is taken back.
local entry = cjson.decode(summary)
renew()
if not fresh then
  local live = document(id)
  local kept = redis.call("HGET", documents, id)
  if before ~= digest(live or kept) then
    return {"changed"}
  end
  -- Both are there once a backend that knows nothing of those kept has stored it anew.
  if kept and not live and not alert then
    redis.call("HSET", documents, id, json)
    add("keptBytes", #json - #kept)
    redis.call("PUBLISH", channel, json)
    return {"stored"}
  end
end
if (fresh or alert) and not redis.call("ZSCORE", order, id) and full(#json) then
  return {"full"}
end
if fresh then
  redis.call("INCR", total)
  add("saved", 1)
end
if alert then
  local known = redis.call("HGET", sightings, alert)
  local seen = known and cjson.decode(known)
  if seen and seen.version ~= alertVersion then
    return {"overtaken"}
  end
  if seen then
    seen.stored = alertVersion
    seen.lease = nil
    redis.call("HSET", sightings, alert, cjson.encode(seen))
  end
end
redis.call("SET", prefix .. id, json)
if not fresh then
  redis.call("HSET", versions, id, version)
end
enter(id, at, place, summary, entry)
settle()
redis.call("PUBLISH", channel, json)
return {"stored", unpack(told)}`;

/**
 * Takes up what others have changed that know the documents and their list alone. First come threats, five
 * arguments each, as many as `ARGV[2]` says: they enter if their document is still the one whose digest is
 * given. Then come ids that were missing in the list: they come back to it, or are gone with their document.
 * Answers the drops.
 */
export const TAKE_UP = `${COMMON}
renew()
local from = 3
for _ = 1, tonumber(ARGV[2]) do
  local id, expected, at, place, summary = unpack(ARGV, from, from + 4)
  if redis.call("ZSCORE", index, id) and digest(document(id)) == expected then
    enter(id, at, place, summary, cjson.decode(summary))
  end
  from = from + 5
end
for missing = from, #ARGV do
  local id = ARGV[missing]
  local place = redis.call("ZSCORE", order, id)
  if place and not redis.call("ZSCORE", index, id) then
    if document(id) then
      redis.call("ZADD", index, tonumber(place) % ${RANK}, id)
    else
      tell_of(leave(id), "elsewhere")
    end
  end
end
settle()
return told`;

/** The figures, all of one moment. */
export const FIGURES = `
${NAMES}
return {
  tonumber(redis.call("GET", total) or 0), redis.call("ZCARD", index), redis.call("ZCARD", order),
  redis.call("ZCARD", waiting), redis.call("HLEN", customers), redis.call("HGETALL", figures),
  redis.call("HGETALL", drops)
}`;
