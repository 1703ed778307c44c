/** What stands in Redis need not be what this program wrote there: others write to it too. */

/** The value of some JSON; undefined for what is none, or nothing. */
export function parseJson(json: string | Buffer | null | undefined): unknown {
  try {
    return JSON.parse(json?.toString() ?? "");
  } catch {
    return undefined;
  }
}

/** A whole number, of so few digits that sums of some are exact; 0 for whatever is none. */
export function wholeOf(text: string | null | undefined): number {
  return /^-?\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}

/** A number of things, which are never less than none. */
export function countOf(text: string | null | undefined): number {
  return Math.max(0, wholeOf(text));
}

/**
 * The same for scripts: `whole` reads a number, `object` an object of JSON or nil, and `increase` adds to a number in a
 * hash, in the place of whatever is none. An error would end a script half way, and keep a pod from being ready.
 */
export const READING = `
local function whole(value)
  local kind = type(value)
  local number = (kind == "string" or kind == "number") and string.match(value, "^-?%d+$")
  return number and #number <= 15 and tonumber(number) or 0
end

local function object(text)
  local isJson, value = pcall(cjson.decode, text)
  return isJson and type(value) == "table" and value or nil
end

local function increase(key, field, by)
  -- Minus zero is no number to Redis.
  local number = redis.pcall("HINCRBY", key, field, by + 0)
  if type(number) == "number" then
    return number
  end
  redis.call("HSET", key, field, by + 0)
  return by
end
`;

/** Likewise: what is remembered of an alert, see {@link Seen}; nil where that cannot be read. */
export const READING_SEEN = `
local function seen_in(text)
  local seen = object(text)
  if not seen or type(seen.id) ~= "string" then
    return nil
  end
  local function word(value)
    return type(value) == "string" and value or nil
  end
  return {
    id = seen.id, count = whole(seen.count), version = word(seen.version), stored = word(seen.stored),
    lease = seen.lease and whole(seen.lease)
  }
end
`;
