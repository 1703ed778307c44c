import { number, text } from "../../threats/facts.js";
import { hygienic, injections, machineInjections } from "../../threats/untrusted.js";
import type { ThreatType } from "../../contract/signal.js";
import { anomaly, type Check } from "./evidence.js";
import { humanName } from "../../base/wording.js";

const MAX_QUOTED = 120;

/**
 * An address of a private network has no place on earth. One of the two may be made up; or a gateway's
 * place was added to what came through it, so that it accuses nobody without further signs.
 */
export const privateAddressWithPlace: Check = ({ input: { facts } }) =>
  facts.internal && facts.places.length > 0
    ? [
        {
          vector: "forged_telemetry",
          anomaly: anomaly({
            type: "private_ip_with_geo",
            description: `${facts.sourceIp ?? ""} is a private address, yet the signal says where on earth it is`,
            severity: "low",
            indicators: [`address ${facts.sourceIp ?? ""}`, ...facts.places],
            confidence: 0.5,
          }),
        },
      ]
    : [];

/** The client does not even hide that it is a tool of attackers: a probe, or a decoy. */
export const attackTool: Check = ({ input: { facts } }) =>
  facts.attackTool
    ? [
        {
          vector: "tool_evasion",
          anomaly: anomaly({
            type: "attack_tool_user_agent",
            description: `The client calls itself a tool that attackers use: ${hygienic(facts.userAgent ?? "", MAX_QUOTED)}`,
            severity: "high",
            indicators: [(facts.userAgent ?? "").slice(0, MAX_QUOTED)],
            confidence: 0.85,
          }),
        },
      ]
    : [];

/** Whether many requests are the essence of a type. */
const IS_TRAFFIC: Readonly<Record<ThreatType, boolean>> = {
  bot_traffic: true,
  proxy_network: false,
  device_compromise: false,
  anomaly_detection: false,
  rate_limit_breach: true,
  geo_anomaly: false,
};
const MANY_REQUESTS = 1000;
/** Multiple of the customer's limit that even a flood of bots does not usually reach. */
const FLOOD = 20;

/**
 * More traffic than the reported kind of threat explains: over a thousand requests where requests are not
 * what it is about, or far beyond the customer's limit where they are. A thousand requests alone are
 * ordinary for bots.
 */
export const unexplainedVolume: Check = ({ input: { signal, facts, profile } }) => {
  const count = number(signal.metadata, "request_count") ?? 0;
  const rpm = facts.requestsPerMinute ?? 0;
  const unexplained = IS_TRAFFIC[signal.threat_type]
    ? rpm > FLOOD * profile.rateLimitRpm
    : count > MANY_REQUESTS;
  return unexplained
    ? [
        {
          vector: "volume_masking",
          anomaly: anomaly({
            type: "unexplained_volume",
            description: `${count} requests are more than a signal of type "${humanName(signal.threat_type)}" explains`,
            severity: "medium",
            indicators: [`${Math.round(rpm)} requests a minute`],
            confidence: 0.6,
          }),
        },
      ]
    : [];
};

/** Values of the metadata that are looked at: sensors send a few hundred. */
const MAX_VALUES = 5000;

/** Every text of the metadata, however deep, and every name that a text has there. */
function textsIn(metadata: unknown): readonly string[] {
  const texts: string[] = [];
  const pending: unknown[] = [metadata];
  for (let seen = 0; pending.length > 0 && seen < MAX_VALUES; seen += 1) {
    const value = pending.pop();
    if (typeof value === "string") {
      texts.push(value);
    } else if (typeof value === "object" && value !== null) {
      const values: readonly unknown[] = Object.values(value);
      pending.push(...values, ...(Array.isArray(value) ? [] : Object.keys(value)));
    }
  }
  return texts;
}

/** A text in the signal or in a note that speaks to the analysis and not to people. */
export const instructions: Check = ({ input: { signal, facts, history } }) => {
  const byPeople = [
    ...facts.statements,
    ...[facts.userAgent, facts.endpoint, text(signal.metadata, "user_id"), signal.customer_name],
    ...history
      .filter((past) => past.customer === signal.customer_name)
      .map((past) => past.note ?? null),
  ].filter((found) => found !== null);
  // Whatever is looked for in a machine's text is looked for in those of people, too.
  const byMachines = textsIn(signal.metadata).filter((found) => !byPeople.includes(found));
  const families = new Set([
    ...byPeople.flatMap(injections),
    ...byMachines.flatMap(machineInjections),
  ]);
  return families.size > 0
    ? [
        {
          vector: "prompt_injection",
          anomaly: anomaly({
            type: "prompt_injection",
            description: "A text that came with the signal gives instructions to the analysis",
            severity: families.size > 1 ? "critical" : "high",
            indicators: [...families],
            confidence: Math.min(0.95, 0.7 + 0.1 * families.size),
          }),
        },
      ]
    : [];
};

/** The source of the threat is where own pods tried to connect to. */
export const egressToSource: Check = ({ input: { signal, facts }, egress }) => {
  if (egress.length === 0) {
    return [];
  }
  const hosts = [
    facts.sourceIp,
    text(signal.metadata, "destination_ip"),
    text(signal.metadata, "domain"),
  ];
  const matching = egress.filter((violation) =>
    hosts.includes(hostOf(violation.attempted_destination)),
  );
  return matching.length > 0
    ? [
        {
          vector: "egress_evasion",
          anomaly: anomaly({
            type: "egress_to_threat_source",
            description: `Own pods tried to connect to ${hostOf(matching[0]?.attempted_destination ?? "")}, which is part of this threat`,
            severity: "critical",
            indicators: [...new Set(matching.map((violation) => violation.source_pod))].slice(0, 5),
            confidence: 0.9,
          }),
        },
      ]
    : [];
};

/** The host of `host`, `host:port`, `[v6]:port` or a URL. */
function hostOf(destination: string): string {
  const authority = destination.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/[/?#].*$/, "");
  const bracketed = /^\[([^\]]*)\]/.exec(authority)?.[1];
  return bracketed ?? (/^[^:]*:\d+$/.test(authority) ? authority.replace(/:\d+$/, "") : authority);
}
