import type { AlertSample } from "./sample.js";

const DOCUMENTATION =
  "Falco documentation, alert formatting (falcosecurity/falco-website, Apache-2.0)";
const RULES = "Falco's default rules (falcosecurity/rules, Apache-2.0)";
const PLUGINS = "Falco's plugins (falcosecurity/plugins, Apache-2.0)";

/** An alert of Falco around what a case is about. */
function falco(
  rule: string,
  priority: string,
  fields: object = {},
  rest: object = {},
): AlertSample["alert"] {
  return {
    uuid: "6f1c1f0e-0000-4000-8000-000000000001",
    hostname: "node-3",
    output: `05:06:07.089123456: ${priority} ${rule}`,
    priority,
    rule,
    source: "syscall",
    tags: ["maturity_stable"],
    time: "2026-03-04T05:06:07.089123456Z",
    output_fields: { "evt.time": 1772600767089123456, "user.name": "root", ...fields },
    ...rest,
  };
}

const COMMON = {
  after: RULES,
  customer: "node-3",
  timestamp: "2026-03-04T05:06:07.089123Z",
} as const;
const POD = {
  "container.id": "0a1b2c3d4e5f",
  "container.name": "cart",
  "container.image.repository": "registry.example/cart",
  "k8s.ns.name": "shop",
  "k8s.pod.name": "cart-5d8f",
};

/** Alerts of Falco in the shapes in which it and Falcosidekick send them. */
export const FALCO_SAMPLES: readonly AlertSample[] = [
  {
    ...COMMON,
    what: "a shell in a container",
    alert: falco(
      "Terminal shell in container",
      "Notice",
      { ...POD, "proc.name": "sh", "proc.cmdline": "sh -i", "proc.pname": "containerd-shim" },
      { tags: ["container", "shell", "mitre_execution", "T1059"] },
    ),
    type: "device_compromise",
    severity: "LOW",
    customer: "shop",
    hints: ["T1059"],
    metadata: {
      process: "sh",
      command_line: "sh -i",
      pod: "cart-5d8f",
      container_id: "0a1b2c3d4e5f",
      device_id: "0a1b2c3d4e5f",
      endpoint_name: "node-3",
      user_id: "root",
    },
  },
  {
    ...COMMON,
    what: "a write below a folder of binaries, in the form of old versions",
    after: DOCUMENTATION,
    alert: {
      output: "Error File below a known binary directory opened for writing",
      priority: "Error",
      rule: "Write below binary dir",
      time: "2026-03-04T05:06:07.089123456Z",
      output_fields: { "user.name": "root", "fd.name": "/bin/odd", "proc.cmdline": "touch odd" },
    },
    type: "device_compromise",
    severity: "HIGH",
    customer: "Unknown customer",
    metadata: { file_path: "/bin/odd", source_type: "Write below binary dir" },
  },
  {
    ...COMMON,
    what: "a miner, critical, with a technique",
    alert: falco(
      "Detect outbound connections to common miner pool ports",
      "Critical",
      { "fd.sip": "203.0.113.41", "fd.sip.name": "pool.example", "proc.name": "odd" },
      { tags: ["host", "network", "mitre_impact", "T1496"] },
    ),
    type: "device_compromise",
    severity: "CRITICAL",
    hints: ["T1496"],
    metadata: { destination_ip: "203.0.113.41", domain: "pool.example" },
  },
  {
    ...COMMON,
    what: "a sensitive file, with a level in small letters",
    alert: falco(
      "Read sensitive file untrusted",
      "warning",
      { "fd.name": "/etc/shadow", "proc.name": "cat" },
      { tags: ["filesystem", "mitre_credential_access", "T1555"] },
    ),
    type: "device_compromise",
    severity: "MEDIUM",
    hints: ["T1555"],
    metadata: { file_path: "/etc/shadow", priority: "Warning" },
  },
  {
    ...COMMON,
    what: "an emergency",
    alert: falco(
      "Linux Kernel Module Injection Detected",
      "Emergency",
      {},
      {
        tags: ["mitre_persistence", "TA0003"],
      },
    ),
    type: "device_compromise",
    severity: "CRITICAL",
    metadata: { tags: ["mitre_persistence", "TA0003"] },
  },
  {
    ...COMMON,
    what: "a tool of the network",
    alert: falco("Launch Suspicious Network Tool in Container", "Notice", POD, {
      tags: ["container", "network", "T1595"],
    }),
    type: "bot_traffic",
    severity: "LOW",
    customer: "shop",
    hints: ["T1595"],
    metadata: { image: "registry.example/cart" },
  },
  {
    ...COMMON,
    what: "a call to a cloud's API",
    after: PLUGINS,
    alert: falco(
      "Console Login Without MFA",
      "Critical",
      { "ct.user": "deploy", "ct.srcip": "203.0.113.17", "ct.region": "xx-north-1" },
      { source: "aws_cloudtrail", tags: ["cloud", "aws", "T1078.004"] },
    ),
    type: "anomaly_detection",
    severity: "CRITICAL",
    hints: ["T1078.004"],
    metadata: { source_ip: "203.0.113.17", event_source: "aws_cloudtrail" },
  },
  {
    ...COMMON,
    what: "a call to Kubernetes' API",
    after: PLUGINS,
    alert: falco(
      "Attach/Exec Pod",
      "Notice",
      {
        "user.name": undefined,
        "ka.user.name": "jane@corp.example",
        "ka.target.namespace": "shop",
        "ka.sourceips": "198.51.100.5",
      },
      { source: "k8s_audit", tags: ["k8s"] },
    ),
    type: "anomaly_detection",
    severity: "LOW",
    customer: "shop",
    metadata: { source_ip: "198.51.100.5", user_id: "jane@corp.example" },
  },
  {
    ...COMMON,
    what: "an informational alert, with a field of Falcosidekick's",
    after: "Falcosidekick, custom fields (falcosecurity/falcosidekick, Apache-2.0)",
    alert: falco("Container Run as Root User", "Informational", { customer: "Example Shop" }),
    type: "device_compromise",
    severity: "INFO",
    customer: "Example Shop",
    metadata: { source_level: "priority Informational" },
  },
  {
    ...COMMON,
    what: "a debug alert of a rule that nobody knows",
    alert: falco("Something of our own", "Debug"),
    type: "anomaly_detection",
    severity: "INFO",
    metadata: { source_type: "Something of our own" },
  },
  {
    ...COMMON,
    what: "a connection through a proxy, with an offset in its time",
    alert: falco(
      "Outbound connection to a Tor node",
      "Alert",
      { "fd.rip": "198.51.100.66" },
      {
        time: "2026-03-04T06:06:07.089123456+01:00",
      },
    ),
    type: "proxy_network",
    severity: "CRITICAL",
    metadata: { source_ip: "198.51.100.66" },
  },
];
