import type { Decisions } from "../contract/requests.js";
import type { ThreatAnalysis, ThreatStatus } from "../contract/threat.js";

type Triage = Pick<ThreatAnalysis, "version" | "assignee" | "note" | "confirmed" | "decisions">;

/** Of a threat that nobody has decided anything of yet. */
export const UNTOUCHED: Triage = {
  version: 1,
  assignee: null,
  note: null,
  confirmed: false,
  decisions: {},
};

const CLOSED: readonly ThreatStatus[] = ["resolved", "false_positive"];

/**
 * A threat after a person's decision: its next version.
 *
 * @param by who that is
 * @param at when, in the contract's form
 */
export function decide(
  threat: ThreatAnalysis,
  { version: _, ...asked }: Decisions,
  by: string,
  at: string,
): ThreatAnalysis {
  const decided = {
    // Who confirms a false positive opens it again.
    ...(asked.confirmed === true &&
      threat.status === "false_positive" && { status: "analyzing" as const }),
    ...given(asked),
    ...(asked.status === "false_positive" && { confirmed: false }),
  };
  const decisions = Object.fromEntries(Object.keys(decided).map((field) => [field, { by, at }]));
  return awaiting({
    ...threat,
    ...decided,
    version: threat.version + 1,
    decisions: { ...threat.decisions, ...decisions },
  });
}

/** A threat by a newer version of its alert, with what people have decided of it before. */
export function succeed(fresh: ThreatAnalysis, before: ThreatAnalysis): ThreatAnalysis {
  const decided = Object.keys(before.decisions) as (keyof ThreatAnalysis["decisions"])[];
  const kept = Object.fromEntries(decided.map((field) => [field, before[field]]));
  return awaiting({
    ...fresh,
    ...kept,
    created_at: before.created_at,
    version: before.version + 1,
    decisions: before.decisions,
  });
}

/** What its source says of a threat whose alert is over. */
export const CLOSED_BY_SOURCE = {
  status: "resolved",
  requires_human_review: false,
  review_reason: null,
} as const;

/** An analysis with what has become of its threat since then: what people have decided, and how often it changed. */
export function asDecided(fresh: ThreatAnalysis, now: ThreatAnalysis): ThreatAnalysis {
  const { version, status, assignee, note, confirmed, decisions } = now;
  if (version === UNTOUCHED.version) {
    return fresh;
  }
  const { created_at, requires_human_review, review_reason } = now;
  return {
    ...fresh,
    // Of a newer version of its alert it is when the first came.
    ...{ created_at, version, assignee, note, confirmed, decisions },
    ...(decisions.status !== undefined && { status, requires_human_review, review_reason }),
  };
}

/** Once a person has decided how far it is, a threat waits for people exactly while it is open. */
function awaiting(threat: ThreatAnalysis): ThreatAnalysis {
  if (threat.decisions.status === undefined) {
    return threat;
  }
  const open = !CLOSED.includes(threat.status);
  return {
    ...threat,
    requires_human_review: open,
    review_reason: open ? (threat.review_reason ?? "A person has taken it up") : null,
  };
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
