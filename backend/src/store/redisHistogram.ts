import type { RedisLink } from "./link.js";
import { RANK } from "./retention.js";
import { NAMES } from "./retentionRules.js";
import { edgesOf, groupsOf, tally, type Histogram, type HistogramQuery } from "./times.js";

/**
 * Counts threats over time: how many of each group (its place in `ARGV[2]`) were made between each two of the
 * moments of `ARGV[1]`. Answers when the oldest was made, then the number and the counts of each group that has any.
 */
const HISTOGRAM = `
${NAMES}
local edges, places = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local function count(place, from, to)
  return redis.call("ZCOUNT", times, place + edges[from], string.format("(%.17g", place + edges[to]))
end
local found = {redis.call("ZRANGEBYSCORE", index, "(0", "(${RANK}", "WITHSCORES", "LIMIT", 0, 1)[2] or ""}
for number, place in ipairs(places) do
  if count(place, 1, #edges) > 0 then
    found[#found + 1] = number - 1
    for at = 1, #edges - 1 do
      found[#found + 1] = count(place, at, at + 1)
    end
  end
end
return found`;

/** Reads counts over time. */
export async function readHistogram(link: RedisLink, query: HistogramQuery): Promise<Histogram> {
  const groups = groupsOf(query);
  const asked = [edgesOf(query), groups.map(({ place }) => place)];
  const answer = await link.ask("EVAL", (redis) =>
    redis.eval(HISTOGRAM, 0, ...asked.map((numbers) => JSON.stringify(numbers))),
  );
  const [oldest, ...found] = answer as [string, ...number[]];
  const row = query.buckets + 1;
  const counted = found.flatMap((number, at) => {
    const group = groups[found[at - (at % row)] ?? NaN];
    return group && at % row > 0 ? [[(at % row) - 1, group.severity, number] as const] : [];
  });
  return {
    oldest: oldest === "" ? null : Number(oldest),
    counts: tally(query.buckets, counted),
  };
}
