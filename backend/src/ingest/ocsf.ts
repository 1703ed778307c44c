import type { ThreatSeverity } from "../contract/signal.js";
import { defineAdapter } from "./adapter.js";
import { epochTime, long, number, Refusal, required, techniques, text, texts } from "./fields.js";

/** Detection Finding. */
const CLASS = 2004;

/** `activity_id` of a finding that is over. */
const CLOSE = 3;
/** `status_id` of one: suppressed, resolved, archived, deleted. */
const CLOSED: ReadonlySet<number> = new Set([3, 4, 5, 6]);

/** What `severity_id` stands for; 0 is unknown, and 99 something else. */
const SEVERITIES: Readonly<Record<number, ThreatSeverity>> = {
  1: "INFO",
  2: "LOW",
  3: "MEDIUM",
  4: "HIGH",
  5: "CRITICAL",
  6: "CRITICAL",
};

/**
 * Detection findings in the Open Cybersecurity Schema, as Security Hub, Security Lake and others send them:
 * https://schema.ocsf.io/classes/detection_finding
 */
export const OCSF = defineAdapter({
  name: "ocsf",
  title: "a detection finding in OCSF",
  envelopes: ["detail"],
  lists: ["findings"],
  fields: {
    timestamp: required(epochTime("time", "time_dt")),
    class_uid: required(number("class_uid")),
    customer_name: text("metadata.tenant_uid", "cloud.account.name", "cloud.account.uid"),
    mitre_hints: techniques("finding_info.attacks", "attacks"),
    alert_id: required(text("finding_info.uid")),
    title: text("finding_info.title", "message"),
    summary: long(text("finding_info.desc")),
    finding_types: texts("finding_info.types"),
    rule_description: text("finding_info.analytic.name"),
    rule_id: text("finding_info.analytic.uid"),
    severity_id: required(number("severity_id")),
    severity_name: text("severity"),
    confidence: text("confidence", "confidence_score"),
    activity_id: number("activity_id"),
    status_id: number("status_id"),
    finding_status: text("status"),
    finding_count: number("count"),
    finding_modified: epochTime("finding_info.modified_time", "finding_info.modified_time_dt"),
    product: text("metadata.product.name"),
    vendor: text("metadata.product.vendor_name"),
    region: text("cloud.region"),
    endpoint_name: text(
      "device.hostname",
      "device.name",
      "evidences[0].device.hostname",
      "resources[0].hostname",
      "resources[0].name",
      "resources[0].uid",
    ),
    device_id: text("device.uid", "resources[0].uid"),
    user_id: text(
      "actor.user.name",
      "evidences[0].actor.user.name",
      "evidences[0].user.name",
      "user.name",
    ),
    source_ip: text("evidences[0].src_endpoint.ip", "src_endpoint.ip"),
    destination_ip: text("evidences[0].dst_endpoint.ip", "dst_endpoint.ip"),
    country: text("evidences[0].src_endpoint.location.country"),
    city: text("evidences[0].src_endpoint.location.city"),
    domain: text("evidences[0].query.hostname", "evidences[0].dst_endpoint.domain"),
    process: text("evidences[0].process.name", "process.name"),
    command_line: text("evidences[0].process.cmd_line", "process.cmd_line"),
    file_path: text("evidences[0].file.path", "evidences[0].file.name"),
    malware: text("malware[0].name"),
  },
  types: [
    [/impossible travel|\bgeo/i, "geo_anomaly"],
    [/denial.?of.?service|\bd?dos\b/i, "rate_limit_breach"],
    [/\btor\b|\bproxy\b|anonymi[sz]/i, "proxy_network"],
    [/brute.?force|\bscan|reconnaissance|\bbots?\b/i, "bot_traffic"],
    [
      /malware|ransom|trojan|backdoor|miner|rootkit|execution|persistence|privilege escalation|evasion|credential|lateral movement|exfiltration|command and control|\bc2\b/i,
      "device_compromise",
    ],
  ],
  identify: (values) => ({
    name: [values.vendor, values.product, values.customer_name, values.alert_id],
    version: [
      values.finding_modified ?? values.timestamp,
      values.activity_id,
      values.finding_count,
    ],
    closed: values.activity_id === CLOSE || CLOSED.has(values.status_id ?? 0),
  }),
  describe: (values) => {
    if (values.class_uid !== CLASS) {
      throw new Refusal(
        `class_uid is ${values.class_uid}, only ${CLASS} (Detection Finding) is taken`,
        "class_uid",
      );
    }
    return {
      sourceType: values.finding_types?.join(", ") ?? values.title,
      words: [values.title, values.rule_description, values.malware],
      customer: values.customer_name,
      severity: SEVERITIES[values.severity_id],
      level: `severity ${values.severity_id}${values.severity_name === undefined ? "" : `, ${values.severity_name}`}`,
      hints: values.mitre_hints,
    };
  },
});
