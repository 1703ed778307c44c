import type { AlertSample } from "./sample.js";

const SCHEMA = "Open Cybersecurity Schema, detection finding (ocsf/ocsf-schema, Apache-2.0)";
const EXAMPLES = "OCSF examples (ocsf/examples, Apache-2.0)";

/** A finding around what a case is about. */
function finding(info: object, severity: number, rest: object = {}): AlertSample["alert"] {
  return {
    activity_id: 1,
    activity_name: "Create",
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2004,
    class_name: "Detection Finding",
    type_uid: 200401,
    time: Date.UTC(2026, 2, 4, 5, 6, 7, 89),
    severity_id: severity,
    status_id: 1,
    status: "New",
    metadata: {
      version: "1.3.0",
      product: { name: "Example Detector", vendor_name: "Example" },
      tenant_uid: "tenant-7",
    },
    finding_info: { uid: "finding-0001", title: "Something was found", ...info },
    ...rest,
  };
}

const COMMON = {
  after: SCHEMA,
  customer: "tenant-7",
  timestamp: "2026-03-04T05:06:07.089000",
} as const;

/** Detection findings of OCSF in the shapes in which producers send them. */
export const OCSF_SAMPLES: readonly AlertSample[] = [
  {
    ...COMMON,
    what: "malware, with its technique",
    alert: finding(
      {
        types: ["Malware"],
        desc: "A file that is known to be bad.",
        attacks: [
          {
            tactic: { uid: "TA0002", name: "Execution" },
            technique: { uid: "T1204", name: "User Execution" },
            sub_technique: { uid: "T1204.002", name: "Malicious File" },
          },
        ],
        analytic: { name: "Bad file", type_id: 1, uid: "rule-9" },
      },
      4,
      {
        malware: [{ name: "Example.Bad", classification_ids: [1] }],
        device: { hostname: "desk-31", uid: "device-31", type_id: 2 },
        evidences: [
          {
            process: { name: "odd.exe", cmd_line: "odd.exe -q" },
            file: { path: "C:\\odd.exe", name: "odd.exe" },
            actor: { user: { name: "j.doe" } },
          },
        ],
      },
    ),
    type: "device_compromise",
    severity: "HIGH",
    hints: ["T1204", "T1204.002"],
    metadata: {
      endpoint_name: "desk-31",
      device_id: "device-31",
      user_id: "j.doe",
      process: "odd.exe",
      malware: "Example.Bad",
      rule_id: "rule-9",
      source_type: "Malware",
    },
  },
  {
    ...COMMON,
    what: "a connection, with both ends",
    after: EXAMPLES,
    alert: finding({ types: ["Command and Control"] }, 5, {
      evidences: [
        {
          src_endpoint: { ip: "10.0.0.7", port: 50123 },
          dst_endpoint: { ip: "203.0.113.99", port: 443, domain: "cc.example" },
        },
      ],
    }),
    type: "device_compromise",
    severity: "CRITICAL",
    metadata: { source_ip: "10.0.0.7", destination_ip: "203.0.113.99", domain: "cc.example" },
  },
  {
    ...COMMON,
    what: "guessed passwords, with the place they come from",
    alert: finding({ types: ["TTPs"], title: "Brute force against sign-in" }, 3, {
      evidences: [
        {
          src_endpoint: { ip: "198.51.100.8", location: { country: "XX", city: "Sampleton" } },
          user: { name: "jane" },
        },
      ],
    }),
    type: "bot_traffic",
    severity: "MEDIUM",
    metadata: { source_ip: "198.51.100.8", country: "XX", city: "Sampleton", user_id: "jane" },
  },
  {
    ...COMMON,
    what: "a resource of a cloud, in an event's envelope",
    after:
      "AWS Security Hub's findings in OCSF, by the documented fields (AWS, all rights reserved)",
    alert: {
      version: "0",
      "detail-type": "Findings Imported V2",
      source: "aws.securityhub",
      detail: {
        findings: undefined,
        ...finding({ types: ["Unusual Behaviors"] }, 2, {
          metadata: { version: "1.5.0", product: { name: "Hub" } },
          cloud: { account: { uid: "000000000042" }, region: "xx-north-1", provider: "AWS" },
          resources: [{ uid: "arn:example:bucket", type: "Bucket", name: "example-bucket" }],
        }),
      },
    },
    type: "anomaly_detection",
    severity: "LOW",
    customer: "000000000042",
    metadata: { endpoint_name: "example-bucket", region: "xx-north-1", product: "Hub" },
  },
  {
    ...COMMON,
    what: "impossible travel, with a time in words",
    alert: finding({ title: "Impossible travel of a user", types: undefined }, 3, {
      time: undefined,
      time_dt: "2026-03-04T06:06:07.089+01:00",
    }),
    type: "geo_anomaly",
    severity: "MEDIUM",
    timestamp: "2026-03-04T05:06:07.089000Z",
    metadata: { source_type: "Impossible travel of a user" },
  },
  {
    ...COMMON,
    what: "a denial of service",
    alert: finding({ title: "DDoS against the edge" }, 4),
    type: "rate_limit_breach",
    severity: "HIGH",
    metadata: { product: "Example Detector", vendor: "Example" },
  },
  {
    ...COMMON,
    what: "traffic of an anonymizer",
    alert: finding({ title: "Sign-in from a Tor exit" }, 3),
    type: "proxy_network",
    severity: "MEDIUM",
    metadata: { title: "Sign-in from a Tor exit" },
  },
  {
    ...COMMON,
    what: "a fatal finding",
    alert: finding({ title: "Ransomware runs" }, 6, { severity: "Fatal" }),
    type: "device_compromise",
    severity: "CRITICAL",
    metadata: { source_level: "severity 6, Fatal" },
  },
  {
    ...COMMON,
    what: "an informational finding that was updated",
    alert: finding({ title: "Odd hours", modified_time: Date.UTC(2026, 2, 4, 5) }, 1, {
      activity_id: 2,
      count: 4,
    }),
    type: "anomaly_detection",
    severity: "INFO",
    metadata: {
      activity_id: 2,
      finding_count: 4,
      finding_modified: "2026-03-04T05:00:00.000000",
    },
  },
  {
    ...COMMON,
    what: "techniques beside the finding, as version 1.0 has them",
    alert: finding({ title: "A new service" }, 4, {
      attacks: [{ version: "13", technique: { uid: "T1543", name: "Create Process" } }],
      metadata: { version: "1.0.0", product: { name: "Old" } },
    }),
    type: "anomaly_detection",
    severity: "HIGH",
    customer: "Unknown customer",
    hints: ["T1543"],
    metadata: { product: "Old" },
  },
  {
    ...COMMON,
    what: "a question for a name",
    alert: finding({ title: "Lateral movement by name", types: ["Lateral Movement"] }, 4, {
      evidences: [{ query: { hostname: "files.example", type: "A" } }],
      actor: { user: { name: "svc-backup" } },
    }),
    type: "device_compromise",
    severity: "HIGH",
    metadata: { domain: "files.example", user_id: "svc-backup" },
  },
];
