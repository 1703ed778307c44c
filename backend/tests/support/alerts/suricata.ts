import type { AlertSample } from "./sample.js";

const DOCUMENTATION = "Suricata documentation, EVE JSON format (OISF/suricata, GPL-2.0)";
const WAZUH = "Wazuh documentation, JSON decoder (wazuh/wazuh-documentation, GPL-2.0)";

/** An alert of EVE around what a case is about. */
function eve(alert: object, rest: object = {}): AlertSample["alert"] {
  return {
    timestamp: "2026-03-04T05:06:07.089123+0100",
    flow_id: 1234567890123456,
    in_iface: "eth1",
    event_type: "alert",
    src_ip: "203.0.113.20",
    src_port: 41234,
    dest_ip: "192.0.2.80",
    dest_port: 443,
    proto: "TCP",
    pkt_src: "wire/pcap",
    host: "sensor-north",
    alert: { action: "allowed", gid: 1, signature_id: 9000001, rev: 3, ...alert },
    ...rest,
  };
}

const COMMON = {
  after: DOCUMENTATION,
  customer: "sensor-north",
  timestamp: "2026-03-04T04:06:07.089123Z",
} as const;

/** Alerts of Suricata in the shapes of its EVE log. */
export const SURICATA_SAMPLES: readonly AlertSample[] = [
  {
    ...COMMON,
    what: "a trojan that calls home over HTTP",
    alert: eve(
      {
        signature: "EXAMPLE MALWARE Check-in",
        category: "A Network Trojan was detected",
        severity: 1,
      },
      {
        app_proto: "http",
        http: { hostname: "cc.example", url: "/gate.php", http_user_agent: "Agent/1.0" },
      },
    ),
    type: "device_compromise",
    severity: "HIGH",
    metadata: { domain: "cc.example", endpoint: "/gate.php", user_agent: "Agent/1.0" },
  },
  {
    ...COMMON,
    what: "a rule that calls itself critical and names a technique",
    alert: eve({
      signature: "EXAMPLE EXPLOIT Remote Code",
      category: "Successful Administrator Privilege Gain",
      severity: 1,
      metadata: {
        signature_severity: ["Critical"],
        mitre_tactic_id: ["TA0001"],
        mitre_technique_id: ["T1190"],
        tag: ["Exploit"],
      },
    }),
    type: "device_compromise",
    severity: "CRITICAL",
    hints: ["T1190"],
    metadata: { source_level: "severity 1 of 4, signature Critical", rule_tags: ["Exploit"] },
  },
  {
    ...COMMON,
    what: "a scan",
    alert: eve({
      signature: "EXAMPLE SCAN Many ports",
      category: "Detection of a Network Scan",
      severity: 3,
    }),
    type: "bot_traffic",
    severity: "LOW",
    metadata: { source_type: "Detection of a Network Scan", source_ip: "203.0.113.20" },
  },
  {
    ...COMMON,
    what: "a denial of service",
    alert: eve({
      signature: "EXAMPLE DOS Amplification",
      category: "Attempted Denial of Service",
      severity: 2,
    }),
    type: "rate_limit_breach",
    severity: "MEDIUM",
    metadata: { destination_ip: "192.0.2.80", destination_port: "443" },
  },
  {
    ...COMMON,
    what: "traffic through Tor",
    alert: eve({
      signature: "EXAMPLE TOR Known Exit Node Traffic group 7",
      category: "Misc Attack",
      severity: 2,
    }),
    type: "proxy_network",
    severity: "MEDIUM",
    metadata: { source_type: "Misc Attack" },
  },
  {
    ...COMMON,
    what: "a name that is asked for, in the form of version 7",
    alert: eve(
      { signature: "EXAMPLE DNS Query", category: "Potentially Bad Traffic", severity: 2 },
      { proto: "UDP", dns: { query: [{ type: "query", rrname: "odd.example", rrtype: "A" }] } },
    ),
    type: "anomaly_detection",
    severity: "MEDIUM",
    metadata: { domain: "odd.example", protocol: "UDP" },
  },
  {
    ...COMMON,
    what: "a server's name in TLS, dropped",
    alert: eve(
      {
        action: "blocked",
        signature: "EXAMPLE POLICY TLS",
        category: "Not Suspicious Traffic",
        severity: 3,
      },
      { tls: { sni: "files.example", version: "TLS 1.3" }, app_proto: "tls" },
    ),
    type: "anomaly_detection",
    severity: "LOW",
    metadata: { domain: "files.example", action: "blocked" },
  },
  {
    ...COMMON,
    what: "a file, with its payload",
    alert: eve(
      {
        signature: "EXAMPLE INFO Executable",
        category: "Executable code was detected",
        severity: 1,
      },
      { fileinfo: { filename: "/setup.exe", size: 4096 }, payload_printable: "MZ......" },
    ),
    type: "device_compromise",
    severity: "HIGH",
    metadata: { file_name: "/setup.exe", payload: "MZ......" },
  },
  {
    ...COMMON,
    what: "the lowest severity, over IPv6",
    alert: eve(
      {
        signature: "EXAMPLE INFO Notice",
        category: "Generic Protocol Command Decode",
        severity: 4,
      },
      { src_ip: "2001:db8::7", dest_ip: "2001:db8::8" },
    ),
    type: "anomaly_detection",
    severity: "INFO",
    metadata: { source_ip: "2001:db8::7" },
  },
  {
    ...COMMON,
    what: "an alert as a shipper indexes it",
    after: WAZUH,
    alert: {
      _index: "suricata-2026.03.04",
      _source: eve({
        signature: "EXAMPLE WEB_SERVER Injection",
        category: "Web Application Attack",
        severity: 1,
      }),
    },
    type: "bot_traffic",
    severity: "HIGH",
    metadata: { rule_description: "EXAMPLE WEB_SERVER Injection", rule_id: "9000001" },
  },
  {
    what: "the least that an old version sends",
    after: DOCUMENTATION,
    alert: {
      timestamp: "2026-03-04T05:06:07.089123",
      event_type: "alert",
      src_ip: "10.0.0.7",
      dest_ip: "203.0.113.99",
      proto: "TCP",
      alert: { signature_id: 9000002, signature: "EXAMPLE ADWARE", severity: 1 },
    },
    type: "anomaly_detection",
    severity: "HIGH",
    customer: "Unknown customer",
    timestamp: "2026-03-04T05:06:07.089123",
    metadata: { source_type: "EXAMPLE ADWARE", source_ip: "10.0.0.7" },
  },
];
