import { SEVERITIES, type ThreatAnalysis } from "../types";
import { formatCount } from "./text";

/**
 * A threat's summary without the backend's first sentence (`HIGH bot traffic against RetailMax.`), where it says what
 * the row says beside it.
 */
export function rowSummary({ executive_summary: text, signal }: ThreatAnalysis): string {
  const title = ` against ${signal.customer_name}. `;
  const end = text.indexOf(title);
  const said = text.slice(0, Math.max(0, end));
  const isTitle = SEVERITIES.some((severity) => said.startsWith(`${severity} `));
  return isTitle && !said.includes(".") ? text.slice(end + title.length) : text;
}

/** What a threat is told apart by from others of its kind. */
export interface RowFact {
  readonly name: string;
  readonly value: string;
}

/** Where it comes from, whose account and which machine it is of, and how often; as far as its source says so. */
export function rowFacts({ signal: { metadata } }: ThreatAnalysis): readonly RowFact[] {
  const text = (name: string, key: string) => {
    const value = metadata[key];
    return typeof value === "string" && value !== "" ? [{ name, value }] : [];
  };
  const times = (name: string, key: string, noun: string) => {
    const n = metadata[key];
    return typeof n === "number" && n > 1 ? [{ name, value: `${formatCount(n)} ${noun}` }] : [];
  };
  return [
    ...text("Address", "source_ip"),
    ...text("User", "user_id"),
    ...text("Machine", "endpoint_name"),
    ...times("Requests", "request_count", "requests"),
    ...times("Count", "finding_count", "times"),
  ];
}
