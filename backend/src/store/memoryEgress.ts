import type { EgressViolation } from "../contract/requests.js";
import { MAX_VIOLATIONS } from "./redisEgress.js";
import { MAX_RECENT, RECENT_SECONDS, type EgressLog } from "./store.js";

/** The violations that this process was told of. */
export class MemoryEgress implements EgressLog {
  /** Newest first, each with its JSON, by which the same one is known. */
  #kept: readonly { readonly violation: EgressViolation; readonly json: string }[] = [];

  async add(violation: EgressViolation): Promise<void> {
    const json = JSON.stringify(violation);
    const others = this.#kept.filter((other) => other.json !== json);
    this.#kept = [{ violation, json }, ...others]
      .sort((a, b) => b.violation.timestamp - a.violation.timestamp)
      .slice(0, MAX_VIOLATIONS);
  }

  async newest(since: number, limit: number): Promise<readonly EgressViolation[]> {
    const violations = this.#kept.map(({ violation }) => violation);
    return violations.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
  }

  recent(): Promise<readonly EgressViolation[]> {
    return this.newest(Date.now() / 1000 - RECENT_SECONDS, MAX_RECENT);
  }
}
