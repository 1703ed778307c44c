import type { ThreatSeverity } from "../contract/signal.js";
import { defineAdapter } from "./adapter.js";
import { long, number, required, techniques, text, texts, time } from "./fields.js";

/**
 * Alerts of Suricata, as its EVE output has them:
 * https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
 */
export const SURICATA = defineAdapter({
  name: "suricata",
  title: "an alert of Suricata's EVE log",
  lists: ["hits.hits"],
  envelopes: ["_source"],
  fields: {
    timestamp: required(time("timestamp", "@timestamp")),
    customer_name: text("customer", "tenant"),
    mitre_hints: techniques("alert.metadata.mitre_technique_id", "alert.metadata"),
    rule_description: required(text("alert.signature")),
    rule_id: text("alert.signature_id"),
    rule_revision: text("alert.rev"),
    category: text("alert.category"),
    alert_severity: number("alert.severity"),
    signature_severity: text("alert.metadata.signature_severity"),
    action: text("alert.action"),
    sensor: text("host", "sensor_name"),
    flow_id: text("flow_id"),
    source_ip: text("src_ip"),
    source_port: text("src_port"),
    destination_ip: text("dest_ip"),
    destination_port: text("dest_port"),
    protocol: text("proto"),
    app_protocol: text("app_proto"),
    domain: text("dns.query[0].rrname", "dns.rrname", "tls.sni", "http.hostname"),
    endpoint: text("http.url"),
    user_agent: text("http.http_user_agent"),
    file_name: text("fileinfo.filename", "files[0].filename"),
    payload: long(text("payload_printable")),
    rule_tags: texts("alert.metadata.tag"),
  },
  types: [
    [/\btor\b|\bproxy\b|\bvpn\b|anonymi[sz]/i, "proxy_network"],
    [/denial of service|\bd?dos\b|\bflood|amplification/i, "rate_limit_breach"],
    [
      /trojan|malware|command and control|\bc2\b|\bcnc\b|backdoor|ransom|shellcode|executable code|exploit kit|coin ?miner|crypto currency|credential theft|successful/i,
      "device_compromise",
    ],
    [
      /\bscan|brute.?force|web application attack|information leak|suspicious login/i,
      "bot_traffic",
    ],
  ],
  identify: (_values, digest) => ({ name: [digest()] }),
  describe: (values) => ({
    sourceType: values.category ?? values.rule_description,
    words: [values.rule_description],
    customer: values.customer_name ?? values.sensor,
    severity: severityOf(values.alert_severity, values.signature_severity),
    level: [
      ...(values.alert_severity === undefined ? [] : [`severity ${values.alert_severity} of 4`]),
      ...(values.signature_severity === undefined
        ? []
        : [`signature ${values.signature_severity}`]),
    ].join(", "),
    hints: values.mitre_hints,
  }),
});

const BY_PRIORITY: readonly ThreatSeverity[] = ["HIGH", "MEDIUM", "LOW", "INFO"];

/** Suricata counts from 1, the gravest. Rules that call themselves critical say it in their metadata. */
function severityOf(
  priority: number | undefined,
  signature: string | undefined,
): ThreatSeverity | undefined {
  return signature?.toLowerCase() === "critical"
    ? "CRITICAL"
    : priority === undefined
      ? undefined
      : BY_PRIORITY[Math.min(Math.max(1, Math.floor(priority)), BY_PRIORITY.length) - 1];
}
