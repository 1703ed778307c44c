import type { ThreatSeverity } from "../contract/signal.js";
import { defineAdapter } from "./adapter.js";
import { choice, long, required, techniques, text, texts, time } from "./fields.js";

/** What Falco's priorities stand for; they are those of syslog. */
const SEVERITIES = {
  Emergency: "CRITICAL",
  Alert: "CRITICAL",
  Critical: "CRITICAL",
  Error: "HIGH",
  Warning: "MEDIUM",
  Notice: "LOW",
  Informational: "INFO",
  Info: "INFO",
  Debug: "INFO",
} as const satisfies Readonly<Record<string, ThreatSeverity>>;
const PRIORITIES = Object.keys(SEVERITIES) as (keyof typeof SEVERITIES)[];

/**
 * Alerts of Falco, from itself or from Falcosidekick:
 * https://falco.org/docs/concepts/outputs/formatting/
 */
export const FALCO = defineAdapter({
  name: "falco",
  title: "an alert of Falco",
  fields: {
    timestamp: required(time("time")),
    customer_name: text(
      "output_fields[customer]",
      "output_fields[k8s.ns.name]",
      "output_fields[k8smeta.ns.name]",
      "output_fields[ka.target.namespace]",
    ),
    mitre_hints: techniques("tags"),
    alert_id: text("uuid"),
    rule_description: required(text("rule")),
    priority: required(choice(PRIORITIES, "priority")),
    output: long(text("output")),
    event_source: text("source"),
    tags: texts("tags"),
    endpoint_name: text("hostname", "output_fields[evt.hostname]"),
    user_id: text(
      "output_fields[user.name]",
      "output_fields[ka.user.name]",
      "output_fields[ct.user]",
    ),
    source_ip: text(
      "output_fields[fd.cip]",
      "output_fields[fd.rip]",
      "output_fields[ct.srcip]",
      "output_fields[ka.sourceips]",
    ),
    destination_ip: text("output_fields[fd.sip]"),
    domain: text("output_fields[fd.sip.name]"),
    process: text("output_fields[proc.name]"),
    command_line: text("output_fields[proc.cmdline]"),
    parent_process: text("output_fields[proc.pname]"),
    file_path: text("output_fields[fd.name]", "output_fields[fs.path.name]"),
    container_id: text("output_fields[container.id]"),
    container_name: text("output_fields[container.name]"),
    image: text("output_fields[container.image.repository]"),
    pod: text("output_fields[k8s.pod.name]", "output_fields[k8smeta.pod.name]"),
  },
  types: [
    [/\btor\b|\bproxy\b/i, "proxy_network"],
    [/denial of service|\bd?dos\b|fork bomb/i, "rate_limit_breach"],
    [/brute.?force|port ?scan|network tool/i, "bot_traffic"],
    [
      /mitre_(execution|persistence|privilege_escalation|defense_evasion|credential_access|lateral_movement|command_and_control|exfiltration|impact)|shell|binary|miner|root|credential|drop/i,
      "device_compromise",
    ],
  ],
  identify: (_values, digest) => ({ name: [digest()] }),
  describe: (values) => ({
    sourceType: values.rule_description,
    words: values.tags ?? [],
    customer: values.customer_name ?? values.endpoint_name,
    severity: SEVERITIES[values.priority],
    level: `priority ${values.priority}`,
    hints: values.mitre_hints,
    further: { device_id: values.container_id ?? values.endpoint_name },
  }),
});
