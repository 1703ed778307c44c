import { SEVERITY, type Metadata, type ThreatSeverity } from "../contract/signal.js";

/** What the rules read from a signal's free-form metadata; null where it says nothing usable. */
export interface Facts {
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  readonly userId: string | null;
  readonly endpoint: string | null;
  readonly country: string | null;
  readonly requestsPerMinute: number | null;
  /** From an address of a private network. */
  readonly internal: boolean;
  /** From an address that a large search engine crawls from. */
  readonly knownGoodIp: boolean;
  readonly benignCrawler: boolean;
  readonly scriptedClient: boolean;
  /** The client names itself as a tool that attackers use. */
  readonly attackTool: boolean;
  readonly healthCheck: boolean;
  /** What the signal says of where on earth the source is, such as `city Berlin`. */
  readonly places: readonly string[];
  /** The level of the sensor's own rule, 0 to 15 as Wazuh counts. */
  readonly ruleLevel: number | null;
  /** What the sensor's own level stands for. */
  readonly sourceSeverity: ThreatSeverity | null;
  /** That level, as the sensor says it. */
  readonly sourceLevel: string | null;
  /** The sensor has stopped what it reports. */
  readonly blocked: boolean;
  /** The source says itself that it made this up, to show what its findings look like. */
  readonly sample: boolean;
  /** What people, or who says to be one, wrote about it. Not to be trusted. */
  readonly statements: readonly string[];
}

const PRIVATE_IP = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|127\.)/;
const KNOWN_GOOD_IP = /^(66\.249\.|157\.55\.|40\.77\.)/;
const BENIGN_CRAWLER = /googlebot|bingbot|duckduckbot|applebot/i;
const SCRIPTED_CLIENT = /python-requests|curl\/|wget\/|scanner|go-http-client/i;
const ATTACK_TOOL =
  /sqlmap|nikto|nmap|masscan|hydra|metasploit|gobuster|dirbuster|wfuzz|ffuf|nuclei|zgrab|acunetix|havij|w3af|wpscan/i;
const HEALTH_CHECK = /^\/(health|healthz|ready|readyz|status|ping)\b/;
const DEFAULT_WINDOW_MINUTES = 5;
/** Not `location`, by which sensors mean a log, a rack or a bucket. */
export const PLACES = ["country", "city", "geo", "latitude", "distance_km"];
const MAX_PLACE = 60;
export const STATEMENTS = [
  "note",
  "notes",
  "comment",
  "description",
  "reason",
  "customer_note",
  "analyst_notes",
];
const MAX_RULE_LEVEL = 15;

/** Reads the facts; values of an unexpected type count as absent. */
export function factsOf(metadata: Metadata): Facts {
  const sourceIp = word(metadata, "source_ip");
  const userAgent = text(metadata, "user_agent");
  const endpoint = text(metadata, "endpoint");
  const requests = number(metadata, "request_count");
  const minutes = number(metadata, "time_window_minutes") ?? DEFAULT_WINDOW_MINUTES;
  const attackTool = ATTACK_TOOL.test(userAgent ?? "");
  return {
    sourceIp,
    userAgent,
    endpoint,
    userId: text(metadata, "user_id"),
    country: word(metadata, "country"),
    requestsPerMinute: requests === null || minutes <= 0 ? null : requests / minutes,
    internal: PRIVATE_IP.test(sourceIp ?? ""),
    knownGoodIp: KNOWN_GOOD_IP.test(sourceIp ?? ""),
    benignCrawler: BENIGN_CRAWLER.test(userAgent ?? ""),
    scriptedClient: SCRIPTED_CLIENT.test(userAgent ?? "") || attackTool,
    attackTool,
    healthCheck: HEALTH_CHECK.test(endpoint ?? ""),
    places: PLACES.filter((key) => (metadata[key] ?? "") !== "").map((key) =>
      `${key} ${placeOf(metadata[key])}`.slice(0, MAX_PLACE),
    ),
    ruleLevel: ruleLevelOf(metadata),
    sourceSeverity: SEVERITY.options.find((known) => known === metadata["source_severity"]) ?? null,
    sourceLevel: text(metadata, "source_level"),
    blocked: metadata["source"] === "suricata" && text(metadata, "action") === "blocked",
    sample: metadata["source"] === "guardduty" && isSample(metadata["raw"]),
    statements: STATEMENTS.flatMap((key) => texts(metadata[key])),
  };
}

/** https://docs.aws.amazon.com/guardduty/latest/ug/sample_findings.html */
function isSample(raw: unknown): boolean {
  const finding = raw as { readonly service?: { readonly additionalInfo?: { sample?: unknown } } };
  return finding?.service?.additionalInfo?.sample === true;
}

function placeOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function ruleLevelOf(metadata: Metadata): number | null {
  const level = number(metadata, "rule_level");
  return level === null ? null : Math.min(MAX_RULE_LEVEL, Math.max(0, level));
}

/** The non-empty strings of a value that is one, or a list of some. */
function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (item) => typeof item === "string" && item !== "",
  ) as readonly string[];
}

/** A non-empty string of the metadata, or null. */
export function text(metadata: Metadata, key: string): string | null {
  const value = metadata[key];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The first word of a text, where a text is one word: what somebody wrote behind it changes nothing. */
export function word(metadata: Metadata, key: string): string | null {
  return text(metadata, key)?.trim().split(/\s/, 1)[0] ?? null;
}

/** A finite number of the metadata, or null. */
export function number(metadata: Metadata, key: string): number | null {
  const value = metadata[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
