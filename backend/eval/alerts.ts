import type { Json, Vary } from "./template.js";

/** When all alerts of the corpus are seen: a Wednesday in June, at noon. */
export const AT = "2026-06-10T12:00:00.000+0000";

/** An alert of Wazuh, without an id, so that each counts for itself. */
export function wazuh(
  { host, inside }: Vary,
  level: number,
  rule: readonly [id: string, description: string, groups: readonly string[]],
  log: string,
  more: { readonly mitre?: readonly string[]; readonly data?: Json } = {},
): Json {
  const [id, description, groups] = rule;
  return {
    timestamp: AT,
    rule: { id, level, description, groups, ...(more.mitre && { mitre: { id: more.mitre } }) },
    agent: { id: "017", name: host, ip: inside },
    manager: { name: "manager-a" },
    full_log: log,
    ...(more.data && { data: more.data }),
    location: "/var/log/syslog",
  };
}

/** An alert of Suricata's EVE log. */
export function suricata(
  { host, stranger, inside }: Vary,
  severity: 1 | 2 | 3,
  [signature, category]: readonly [string, string],
  more: Json & { readonly action?: string } = {},
): Json {
  const { action = "allowed", ...rest } = more;
  return {
    timestamp: AT,
    event_type: "alert",
    host,
    src_ip: stranger,
    src_port: 40112,
    dest_ip: inside,
    dest_port: 443,
    proto: "TCP",
    alert: { action, signature_id: 2_000_000 + signature.length, signature, category, severity },
    ...rest,
  };
}

/** An alert of Falco. */
export function falco(
  { host, customer }: Vary,
  priority: string,
  rule: string,
  fields: Json,
  tags: readonly string[] = [],
): Json {
  const output = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return {
    time: AT,
    hostname: host,
    priority,
    rule,
    output: `${rule} (${output.join(" ")})`,
    source: "syscall",
    tags,
    output_fields: { ...fields, customer },
  };
}

/** A finding of GuardDuty. */
export function guardduty(
  { number, stranger }: Vary,
  severity: number,
  type: string,
  description: string,
  more: { readonly resource?: Json; readonly info?: Json; readonly ip?: string } = {},
): Json {
  return {
    id: `finding-${number(1, 1e9)}`,
    accountId: "111122223333",
    region: "eu-west-1",
    type,
    severity,
    title: description,
    description,
    createdAt: AT,
    updatedAt: AT,
    resource: more.resource ?? { resourceType: "Instance" },
    service: {
      count: 1,
      archived: false,
      action: {
        networkConnectionAction: { remoteIpDetails: { ipAddressV4: more.ip ?? stranger } },
      },
      ...(more.info && { additionalInfo: more.info }),
    },
  };
}

/** A detection finding in OCSF. */
export function ocsf(
  { number, host, user, customer }: Vary,
  severity: number,
  title: string,
  desc: string,
  more: Json = {},
): Json {
  return {
    class_uid: 2004,
    time: Date.parse("2026-06-10T12:00:00Z"),
    severity_id: severity,
    activity_id: 1,
    metadata: { product: { name: "Endpoint Watch", vendor_name: "Example" }, tenant_uid: customer },
    finding_info: { uid: `f-${number(1, 1e9)}`, title, desc, types: [title] },
    device: { hostname: host, uid: host },
    actor: { user: { name: user } },
    ...more,
  };
}

/** A signal of one's own. */
export function own(
  { customer, user }: Vary,
  threat_type: string,
  severity: string | null,
  metadata: Json,
  more: Json = {},
): Json {
  return {
    customer_name: customer,
    threat_type,
    timestamp: AT,
    ...(severity !== null && { severity }),
    metadata: { user_id: user, ...metadata },
    ...more,
  };
}
