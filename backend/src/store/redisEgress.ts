import { EGRESS_VIOLATION, type EgressViolation } from "../contract/requests.js";
import { CHANNELS, KEYS } from "./keys.js";
import type { RedisLink } from "./link.js";
import { parseJson } from "./reading.js";
import { MAX_RECENT, RECENT_SECONDS, type EgressLog } from "./store.js";

/** How many violations are kept, and for how long. */
export const MAX_VIOLATIONS = 1000;
export const VIOLATION_SECONDS = 24 * 60 * 60;

/** Longest time that an answer is remembered, in ms. */
const REMEMBER_MS = 5000;

/** The violations in a sorted set, scored by time, shared by all pods. */
export class RedisEgress implements EgressLog {
  #recent: { readonly violations: readonly EgressViolation[]; readonly until: number } | null =
    null;
  /** Grows with every change, so that an answer from before it is not remembered. */
  #changes = 0;

  constructor(private readonly link: RedisLink) {}

  /** Forgets what {@link recent} remembers: somebody has reported a violation, or removed them all. */
  changed(): void {
    this.#changes += 1;
    this.#recent = null;
  }

  async add(violation: EgressViolation): Promise<void> {
    const now = Date.now() / 1000;
    // Who reports with a clock that is ahead must not stay on top for ever.
    const score = Math.min(violation.timestamp, now);
    await this.link.transact([
      ["zadd", KEYS.egress, score, JSON.stringify(violation)],
      ["zremrangebyscore", KEYS.egress, "-inf", now - VIOLATION_SECONDS],
      ["zremrangebyrank", KEYS.egress, 0, -1 - MAX_VIOLATIONS],
      ["expire", KEYS.egress, VIOLATION_SECONDS],
      ["publish", CHANNELS.violations, violation.source_pod],
    ]);
    this.changed();
  }

  async recent(): Promise<readonly EgressViolation[]> {
    const now = Date.now();
    // Without events nobody tells of a change.
    if (this.#recent !== null && now < this.#recent.until && this.link.live) {
      return this.#recent.violations;
    }
    const changes = this.#changes;
    const violations = await this.newest(now / 1000 - RECENT_SECONDS, MAX_RECENT);
    if (changes === this.#changes) {
      this.#recent = { violations, until: now + REMEMBER_MS };
    }
    return violations;
  }

  async newest(since: number, limit: number): Promise<readonly EgressViolation[]> {
    const entries = await this.link.ask("ZREVRANGEBYSCORE", (redis) =>
      redis.zrevrangebyscore(KEYS.egress, "+inf", since, "LIMIT", 0, limit),
    );
    return entries.map(parseViolation).filter((violation) => violation !== null);
  }
}

function parseViolation(json: string): EgressViolation | null {
  return EGRESS_VIOLATION.safeParse(parseJson(json)).data ?? null;
}
