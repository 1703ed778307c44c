import { isoMicros, parseMicros } from "../base/clock.js";
import { SHUFFLE_WRAPPER, WAZUH_ALERT, type WazuhAlert } from "../contract/requests.js";
import { HttpError } from "../contract/problems.js";
import { text } from "../threats/facts.js";
import type { Metadata, ThreatSignal } from "../contract/signal.js";

/** The rule whose alerts are taken: a package on a device that is known to be malicious. */
const RULE_ID = "100006";

/**
 * The signal in an alert of Wazuh, be it the alert itself or the envelope of Shuffle's webhook.
 *
 * @param id for the signal
 * @throws {@link HttpError} 422 with a message, and the field if one is to blame
 */
export function wazuhSignal(body: unknown, id: string): ThreatSignal {
  const alert = readAlert(body);
  if (alert.rule.id !== RULE_ID) {
    throw new HttpError(422, {
      message: `Unsupported rule: ${alert.rule.id}, only ${RULE_ID} is taken`,
      field: "rule.id",
    });
  }
  const epochMs = parseTime(alert.timestamp);
  if (Number.isNaN(epochMs)) {
    throw new HttpError(422, {
      message: `Not a time in ISO 8601: ${alert.timestamp}`,
      field: "timestamp",
    });
  }
  const data = alert.data ?? {};
  return {
    id,
    threat_type: "device_compromise",
    customer_name: text(data, "customer_name") ?? text(data, "customer") ?? agentName(alert),
    // As the other backend has it: who names a zone gets one back.
    timestamp: `${isoMicros(epochMs)}${hasZone(alert.timestamp) ? "Z" : ""}`,
    metadata: metadataOf(alert, data),
    mitre_hints: alert.rule.mitre?.id ?? [],
  };
}

function readAlert(body: unknown): WazuhAlert {
  const wrapped = SHUFFLE_WRAPPER.safeParse(body);
  if (wrapped.success) {
    return wrapped.data.all_fields;
  }
  const isWrapper = typeof body === "object" && body !== null && "all_fields" in body;
  const parsed = WAZUH_ALERT.safeParse(body);
  if (parsed.success && !isWrapper) {
    return parsed.data;
  }
  const issues = isWrapper ? wrapped.error.issues : (parsed.error?.issues ?? []);
  const where = issues.map((issue) => issue.path.join(".")).filter((path) => path !== "");
  throw new HttpError(422, {
    message:
      where.length > 0
        ? `Not an alert of Wazuh: wrong or missing ${where.join(", ")}`
        : "Not an alert of Wazuh: a JSON object is needed",
  });
}

/** What the agents read, under their names, and the rest of the alert's data. */
function metadataOf(alert: WazuhAlert, data: Metadata): Metadata {
  const { rule, agent } = alert;
  const named: Readonly<Record<string, unknown>> = {
    source: "wazuh",
    alert_id: alert.id,
    rule_id: rule.id,
    rule_level: rule.level,
    rule_description: rule.description,
    rule_groups: rule.groups,
    agent_id: agent?.id,
    agent_name: agent?.name,
    device_id: text(data, "device_id") ?? agent?.id,
    user_id: text(data, "user_id") ?? text(data, "srcuser") ?? text(data, "dstuser") ?? undefined,
    source_ip: text(data, "source_ip") ?? text(data, "srcip") ?? agent?.ip,
    package: text(data, "package") ?? text(data, "package_name") ?? undefined,
    location: alert.location,
    full_log: alert.full_log,
  };
  const known = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...data, ...Object.fromEntries(known) };
}

function agentName({ agent }: WazuhAlert): string {
  return agent?.name !== undefined && agent.name !== "" ? agent.name : "Unknown customer";
}

/** The last time that has a year of four digits. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const ZONE = /(Z|[+-]\d\d:?\d\d)$/;

function hasZone(time: string): boolean {
  return ZONE.test(time);
}

/** Wazuh writes `2026-01-31T12:00:00.123+0000`. NaN for what is no time since 1970. */
function parseTime(time: string): number {
  const epochMs = parseMicros(
    time.replace(/^(\d{4}-\d\d-\d\d) /, "$1T").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"),
  );
  return epochMs >= 0 && epochMs <= LATEST_MS ? epochMs : NaN;
}
