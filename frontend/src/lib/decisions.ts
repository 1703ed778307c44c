import type { Decisions, ThreatAnalysis } from "../types";
import type { Decided } from "./api";
import { humanize, messageOf, statusWord } from "./text";

/** A status that people set with one button. */
export interface StatusDecision {
  readonly label: string;
  readonly status: NonNullable<Decisions["status"]>;
  readonly key: string;
}

/** Each with its key. */
export const STATUS_DECISIONS: readonly StatusDecision[] = [
  { label: "Acknowledge", status: "analyzing", key: "a" },
  { label: "Resolve", status: "resolved", key: "e" },
  { label: "False positive", status: "false_positive", key: "f" },
];

/** What became of a decision on several threats. */
export interface BulkReport {
  /** How many are as it was decided. */
  readonly done: number;
  /** Those that are not, each with why. */
  readonly problems: readonly { readonly id: string; readonly text: string }[];
}

/**
 * Sets the status of several threats, one after the other, each of the version that was seen. One that
 * cannot be changed does not keep the rest from it.
 *
 * @param decide as `decideThreat`
 */
export async function decideAll(
  threats: readonly ThreatAnalysis[],
  status: StatusDecision["status"],
  decide: (id: string, decisions: Decisions) => Promise<Decided>,
): Promise<BulkReport> {
  let done = 0;
  const problems: { id: string; text: string }[] = [];
  for (const { id, version, signal } of threats) {
    const name = `${humanize(signal.threat_type)} ${signal.customer_name}`;
    try {
      const { kind, threat } = await decide(id, { version, status });
      if (kind === "changed") {
        done += 1;
      } else {
        const now = statusWord(threat.status).toLowerCase();
        problems.push({ id, text: `${name}: somebody else was faster, it is now ${now}` });
      }
    } catch (error) {
      problems.push({ id, text: `${name}: ${messageOf(error)}` });
    }
  }
  return { done, problems };
}
