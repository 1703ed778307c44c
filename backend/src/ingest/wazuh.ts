import { isIP } from "node:net";
import { severityAt, type SeveritySteps } from "../threats/severity.js";
import { defineAdapter } from "./adapter.js";
import { long, number, object, required, techniques, text, texts, time } from "./fields.js";

/**
 * Alerts of Wazuh as its integrations, its API and its indexer send them:
 * https://documentation.wazuh.com/current/user-manual/manager/alert-management.html
 */
export const WAZUH = defineAdapter({
  name: "wazuh",
  title: "an alert of Wazuh",
  // Shuffle's webhook, the indexer's hits, and what the dashboard copies of one.
  envelopes: ["all_fields", "_source"],
  lists: ["hits.hits", "data.affected_items"],
  fields: {
    timestamp: required(time("timestamp", "@timestamp")),
    customer_name: text("data.customer_name", "data.customer", "agent.labels.customer"),
    mitre_hints: techniques("rule.mitre.id", "rule.mitre_id", "mitre.id"),
    facts: object("data"),
    alert_id: text("id"),
    manager_name: text("manager.name"),
    rule_id: required(text("rule.id")),
    rule_level: number("rule.level"),
    rule_description: text("rule.description"),
    rule_groups: texts("rule.groups"),
    rule_firedtimes: number("rule.firedtimes"),
    mitre_tactics: texts("rule.mitre.tactic", "rule.mitre.tactics"),
    agent_id: text("agent.id"),
    agent_name: text("agent.name"),
    agent_ip: text("agent.ip"),
    predecoded_hostname: text("predecoder.hostname"),
    decoder_name: text("decoder.name"),
    device_id: text("data.device_id", "agent.id"),
    source_ip: text(
      "data.source_ip",
      "data.srcip",
      "data.src_ip",
      "data.win.eventdata.ipAddress",
      "data.aws.source_ip_address",
      "data.aws.sourceIPAddress",
    ),
    destination_ip: text("data.dstip", "data.dest_ip"),
    user_id: text(
      "data.user_id",
      "data.srcuser",
      "data.dstuser",
      "data.win.eventdata.targetUserName",
      "data.aws.userIdentity.userName",
    ),
    endpoint: text("data.url"),
    package: text("data.package", "data.package_name"),
    file_path: text("syscheck.path"),
    location: text("location"),
    full_log: long(text("full_log")),
  },
  types: [
    [/impossible.?travel|\bgeo(ip|location)?\b/i, "geo_anomaly"],
    [/\bd?dos\b|denial.of.service|rate.?limit/i, "rate_limit_breach"],
    [/\btor\b|anonymi[sz]er|open.proxy/i, "proxy_network"],
    [
      /^rule 100006$|malware|malicious|virus|rootkit|rootcheck|trojan|ransom|exploit|web.?shell|elevation_of_privilege|privilege.escalation|credential.dump/im,
      "device_compromise",
    ],
    [/authentication_failures|brute.?force|web_?scan|\brecon\b|\bscan(ner)?\b/i, "bot_traffic"],
  ],
  identify: ({ manager_name: manager, alert_id: id }, digest) => ({
    name: id === undefined ? [digest()] : [manager, id],
  }),
  describe: (values) => ({
    sourceType: values.rule_groups?.join(", "),
    words: [`rule ${values.rule_id}`, values.rule_description],
    customer: values.customer_name ?? values.agent_name,
    severity: values.rule_level === undefined ? undefined : severityAt(values.rule_level, LEVELS),
    level: values.rule_level === undefined ? undefined : `rule level ${values.rule_level} of 15`,
    hints: values.mitre_hints,
    further: {
      endpoint_name: endpointOf(values),
      source_ip: values.source_ip ?? addressIn(values.location) ?? values.agent_ip,
    },
  }),
});

/** As Wazuh's own dashboard groups its levels; those up to 3 it does not even count as errors. */
const LEVELS: SeveritySteps = [
  [15, "CRITICAL"],
  [12, "HIGH"],
  [7, "MEDIUM"],
  [4, "LOW"],
  [0, "INFO"],
];

/** The manager's own agent: it reports what other machines send it. */
const MANAGER_ID = "000";
/** `(web-1) 192.0.2.7->/var/log/auth.log` and `web-1->/var/log/auth.log`. */
const ORIGIN = /^(?:\(([^)]+)\) )?([^\s>]*)->/;
/** A syslog line, and one that begins with the machine's name alone. */
const NAMED_LINES = [
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ([\w.-]+) /,
  /^\d{4}-\d\d-\d\dT\S+ ([\w.-]+) /,
  /^(?!ossec|wazuh)([\w.-]+): /,
];

/** The machine that it happened on: behind the manager's own agent there are others. */
function endpointOf(values: {
  readonly agent_id: string | undefined;
  readonly agent_name: string | undefined;
  readonly predecoded_hostname: string | undefined;
  readonly location: string | undefined;
  readonly full_log: string | undefined;
}): string | undefined {
  if (values.agent_id !== MANAGER_ID && values.agent_name !== undefined) {
    return values.agent_name;
  }
  const [, name, host] = ORIGIN.exec(values.location ?? "") ?? [];
  const log = values.full_log ?? "";
  return (
    values.predecoded_hostname ??
    name ??
    NAMED_LINES.map((line) => line.exec(log)?.[1]).find((found) => found !== undefined) ??
    (host === undefined || host === "" || isIP(host) > 0 ? undefined : host) ??
    values.agent_name
  );
}

/** The address in a location: what arrives over the network has the sender's. */
function addressIn(location: string | undefined): string | undefined {
  const host = ORIGIN.exec(location ?? "")?.[2] ?? location ?? "";
  return isIP(host) > 0 ? host : undefined;
}
