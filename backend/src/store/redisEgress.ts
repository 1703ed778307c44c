import { EGRESS_VIOLATION } from "../contract/requests.js";
import type { EgressViolation } from "../types.js";
import { KEYS } from "./keys.js";
import type { RedisLink } from "./link.js";
import type { EgressLog } from "./store.js";

/** How many violations are kept, and for how long. */
export const MAX_VIOLATIONS = 1000;
export const VIOLATION_SECONDS = 24 * 60 * 60;

/** The violations in a sorted set, scored by time, shared by all pods. */
export class RedisEgress implements EgressLog {
  constructor(private readonly link: RedisLink) {}

  async add(violation: EgressViolation): Promise<void> {
    const now = Date.now() / 1000;
    // Who reports with a clock that is ahead must not stay on top for ever.
    const score = Math.min(violation.timestamp, now);
    await this.link.askAll((multi) =>
      multi
        .zadd(KEYS.egress, score, JSON.stringify(violation))
        .zremrangebyscore(KEYS.egress, "-inf", now - VIOLATION_SECONDS)
        .zremrangebyrank(KEYS.egress, 0, -1 - MAX_VIOLATIONS)
        .expire(KEYS.egress, VIOLATION_SECONDS),
    );
  }

  async newest(since: number, limit: number): Promise<readonly EgressViolation[]> {
    const entries = await this.link.ask((redis) =>
      redis.zrevrangebyscore(KEYS.egress, "+inf", since, "LIMIT", 0, limit),
    );
    return entries.map(parseViolation).filter((violation) => violation !== null);
  }
}

function parseViolation(json: string): EgressViolation | null {
  try {
    return EGRESS_VIOLATION.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
