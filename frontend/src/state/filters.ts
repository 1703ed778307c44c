import { humanize } from "../lib/text";
import { parseUtc } from "../lib/time";
import { SEVERITIES, THREAT_TYPES, type Severity, type ThreatAnalysis } from "../types";
import { RANGES, type RangeKey } from "./timeline";

/** Which threats the list shows. Conditions of different kinds must all hold. */
export interface Filters {
  /** Any of these; none means all. */
  readonly severities: readonly Severity[];
  /** Empty for all. */
  readonly type: string;
  /** Words that must all occur, in whatever an analyst would search by. */
  readonly text: string;
  /** Only what waits for a person, most pressing first. */
  readonly review: boolean;
  /** From when on, as an ISO time; empty for whenever. */
  readonly from: string;
  /** Before when, likewise. */
  readonly to: string;
  /** What the time axis shows; by itself it hides nothing. */
  readonly range: RangeKey;
}

/** What the backend itself can narrow its lists to. */
export type Scope = Pick<Filters, "review" | "from" | "to">;

/** The plain list: nothing is left out. */
export const NO_FILTERS: Filters = {
  severities: [],
  type: "",
  text: "",
  review: false,
  from: "",
  to: "",
  range: "24h",
};

/** What the address of the page says: what is listed, and which threat is open. */
export interface View {
  readonly filters: Filters;
  readonly threatId: string | undefined;
}

/** Whether a threat needs nobody any more. */
export function isClosed({ status }: ThreatAnalysis): boolean {
  return status === "resolved" || status === "false_positive";
}

/** Whether the list is narrowed beyond the choice between all threats and the review queue. */
export function isNarrowed({ severities, type, text, from, to }: Filters): boolean {
  return severities.length > 0 || type !== "" || text.trim() !== "" || from !== "" || to !== "";
}

/** Whether a threat is in what the backend lists for a scope. */
export function isInScope(threat: ThreatAnalysis, { review, from, to }: Scope): boolean {
  const time = parseUtc(threat.created_at);
  return (
    (!review || threat.requires_human_review) &&
    // Each bound only where there is one: a threat whose time cannot be read lies outside of any.
    (from === "" || time >= parseUtc(from)) &&
    (to === "" || time < parseUtc(to))
  );
}

/** The threats that a filter lets through, in the order in which to show them. */
export function applyFilters(
  threats: readonly ThreatAnalysis[],
  filters: Filters,
): readonly ThreatAnalysis[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = threats.filter(
    (threat) =>
      (filters.severities.length === 0 || filters.severities.includes(threat.severity)) &&
      (filters.type === "" || filters.type === threat.signal.threat_type) &&
      isInScope(threat, filters) &&
      (words.length === 0 || containsAll(searchText(threat), words)),
  );
  return filters.review ? shown.sort(mostPressingFirst) : shown;
}

/** Worst severity first; among equals the one that has waited longest. Lists are newest first. */
function mostPressingFirst(a: ThreatAnalysis, b: ThreatAnalysis): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    a.created_at.localeCompare(b.created_at)
  );
}

function searchText({ id, signal, executive_summary, mitre_tags }: ThreatAnalysis): string {
  const parts = [
    id,
    signal.customer_name,
    humanize(signal.threat_type),
    executive_summary,
    ...mitre_tags.flatMap((tag) => [tag.technique_id, tag.technique_name]),
    ...Object.values(signal.metadata).filter((value) => typeof value === "string"),
  ];
  return parts.join("\n").toLowerCase();
}

function containsAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/** Reads a view from an address's query. What it does not know it ignores: links are typed by hand. */
export function readView(search: string): View {
  const query = new URLSearchParams(search);
  const named = (query.get("severity") ?? "").toUpperCase().split(",");
  const type = query.get("type") ?? "";
  const time = (key: string) => {
    const text = query.get(key) ?? "";
    return Number.isNaN(parseUtc(text)) ? "" : text;
  };
  return {
    filters: {
      severities: SEVERITIES.filter((severity) => named.includes(severity)),
      type: THREAT_TYPES.some((known) => known === type) ? type : "",
      text: query.get("q") ?? "",
      review: query.get("review") === "1",
      from: time("from"),
      to: time("to"),
      range: RANGES.find(({ key }) => key === query.get("range"))?.key ?? NO_FILTERS.range,
    },
    threatId: query.get("threat") || undefined,
  };
}

/** The query that {@link readView} reads as this view; empty for the plain list. */
export function writeView({ filters, threatId }: View): string {
  const query = new URLSearchParams();
  const set = (key: string, value: string) => value && query.set(key, value);
  set("severity", filters.severities.join(",").toLowerCase());
  set("type", filters.type);
  set("q", filters.text);
  set("review", filters.review ? "1" : "");
  set("from", filters.from);
  set("to", filters.to);
  set("range", filters.range === NO_FILTERS.range ? "" : filters.range);
  set("threat", threatId ?? "");
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text && `?${text}`;
}
