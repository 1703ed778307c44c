import { RANK } from "./retention.js";
import { READING_SEEN } from "./reading.js";
import { COMMON } from "./retentionRules.js";

/**
 * Keeps a document within the bounds and publishes it. A script, so that the document is sent once. A document
 * that is changed must still be the one whose digest is given; what a person decides of one that was dropped
 * stays with those. Its record is kept beside it. Of an alert that may come again it is noted that this version is stored, unless a newer
 * one has come. Answers what became of it, and the drops.
 */
export const STORE = `${COMMON}${READING_SEEN}
local id, json, at, place, summary, channel, version, before, record, alert, alertVersion = unpack(ARGV, 2)
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
if (fresh or alert) and not redis.call("ZSCORE", order, id) and full(#json + #record) then
  return {"full"}
end
if fresh then
  if type(redis.pcall("INCR", total)) ~= "number" then
    redis.call("SET", total, 1)
  end
  -- The former for backends that know no counts over time, the latter to tell what those have saved.
  add("saved", 1)
  add("timed", 1)
end
if alert then
  local seen = seen_in(redis.call("HGET", sightings, alert))
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
if record ~= "" then
  keep_record(records, id, record)
end
settle()
redis.call("PUBLISH", channel, json)
return {"stored", unpack(told)}`;

/**
 * Takes up what others have changed that know the documents and their list alone. First come threats, five
 * arguments each, as many as `ARGV[2]` says: they enter if their document is still the one whose digest is
 * given. Then come ids that some index has and others miss: they come back, or are gone with their document. Records
 * whose documents are gone go with them. Answers the drops.
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
  if redis.call("HEXISTS", documents, id) == 0 then
    drop_record(keptRecords, id)
  end
  if not place then
    redis.call("ZREM", times, id)
    if redis.call("HEXISTS", documents, id) == 1 then
      move_record(id)
    end
    drop_record(records, id)
  elseif not redis.call("ZSCORE", index, id) then
    if document(id) then
      local at = tonumber(place) % ${RANK}
      -- An infinite place has no rest, and what is not equal to itself is no number.
      redis.call("ZADD", index, at == at and at or 0, id)
    else
      tell_of(leave(id), "elsewhere")
      drop_record(records, id)
    end
  end
end
settle()
return told`;
