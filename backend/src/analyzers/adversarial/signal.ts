import { inMetadata } from "../../threats/evidence.js";
import { number, PLACES, STATEMENTS } from "../../threats/facts.js";
import { textsIn } from "../../threats/texts.js";
import { hygienic, injections, machineInjections } from "../../threats/untrusted.js";
import type { ThreatType } from "../../contract/signal.js";
import { anomaly, type Check } from "./evidence.js";
import { humanName } from "../../base/wording.js";

const MAX_QUOTED = 120;

/**
 * An address of a private network has no place on earth. One of the two may be made up; or a gateway's
 * place was added to what came through it, so that it accuses nobody without further signs.
 */
export const privateAddressWithPlace: Check = ({ input: { facts, signal } }) =>
  facts.internal && facts.places.length > 0
    ? [
        {
          vector: "forged_telemetry",
          fields: inMetadata(signal, "source_ip", ...PLACES),
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
export const attackTool: Check = ({ input: { facts, signal } }) =>
  facts.attackTool
    ? [
        {
          vector: "tool_evasion",
          fields: inMetadata(signal, "user_agent"),
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
          fields: inMetadata(signal, "request_count", "time_window_minutes"),
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

/** Metadata that people write, or who says to be one. */
const BY_PEOPLE: ReadonlySet<string> = new Set(
  [...STATEMENTS, "user_agent", "endpoint", "user_id"].map((key) => `signal.metadata.${key}`),
);

/** A text in the signal or in a note that speaks to the analysis and not to people. */
export const instructions: Check = ({ input: { signal, past } }) => {
  const texts = textsIn(signal.metadata);
  const notes = past.notes.map(({ note }) => ({ field: "signal.customer_name", text: note }));
  const byPeople = [
    ...texts.filter(({ field }) => BY_PEOPLE.has(field.split("[", 1)[0] ?? "")),
    { field: "signal.customer_name", text: signal.customer_name },
    ...notes,
  ];
  const known = new Set(byPeople.map(({ text }) => text));
  // Whatever is looked for in a machine's text is looked for in those of people, too.
  const byMachines = texts.filter(({ text }) => !known.has(text));
  const found = [
    ...byPeople.map(({ field, text }) => ({ field, families: injections(text) })),
    ...byMachines.map(({ field, text }) => ({ field, families: machineInjections(text) })),
  ].filter(({ families }) => families.length > 0);
  const families = [...new Set(found.flatMap((shown) => shown.families))];
  return found.length > 0
    ? [
        {
          vector: "prompt_injection",
          fields: [...new Set(found.map(({ field }) => field))],
          anomaly: anomaly({
            type: "prompt_injection",
            description: "A text that came with the signal gives instructions to the analysis",
            severity: families.length > 1 ? "critical" : "high",
            indicators: families,
            confidence: Math.min(0.95, 0.7 + 0.1 * families.length),
          }),
        },
      ]
    : [];
};

/** The source of the threat is where own pods tried to connect to. */
export const egressToSource: Check = ({ input: { signal }, egress: { to_source: found } }) =>
  found === null
    ? []
    : [
        {
          vector: "egress_evasion",
          fields: inMetadata(signal, "source_ip", "destination_ip", "domain"),
          anomaly: anomaly({
            type: "egress_to_threat_source",
            description: `Own pods tried to connect to ${found.host}, which is part of this threat`,
            severity: "critical",
            indicators: found.pods,
            confidence: 0.9,
          }),
        },
      ];
