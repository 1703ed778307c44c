import { number, word } from "../threats/facts.js";
import { hygienic } from "../threats/untrusted.js";
import type { ThreatSeverity, ThreatType } from "../contract/signal.js";
import { clamp, round } from "../base/numbers.js";
import { inMetadata } from "../threats/evidence.js";
import { reasons, type Reason } from "./agent.js";
import { signsIn } from "./signs.js";
import type { AgentInput } from "../threats/finding.js";
import { humanName } from "../base/wording.js";

/** What a signal of a type weighs before its facts are looked at. */
const BASE_RISK: Readonly<Record<ThreatType, number>> = {
  bot_traffic: 0.25,
  proxy_network: 0.25,
  device_compromise: 0.4,
  anomaly_detection: 0.15,
  rate_limit_breach: 0.15,
  geo_anomaly: 0.2,
};

/** What a signal weighs whose source has a level of its own: in the middle of what that stands for. */
const SOURCE_RISK: Readonly<Record<ThreatSeverity, number>> = {
  INFO: 0.07,
  LOW: 0.25,
  MEDIUM: 0.47,
  HIGH: 0.72,
  CRITICAL: 0.95,
};

/** What a signal weighs before its facts are looked at: by its source's level, or else by its type. */
export function baseRisk({ signal, facts }: AgentInput): Reason {
  const { sourceSeverity, sourceLevel } = facts;
  if (sourceSeverity === null) {
    return {
      text: `A signal of type "${humanName(signal.threat_type)}", of which its source says no level`,
      risk: BASE_RISK[signal.threat_type],
      fields: ["signal.threat_type"],
    };
  }
  const words = sourceLevel === null ? "" : `: ${hygienic(sourceLevel, MAX_QUOTED)}`;
  return {
    text: `Its source calls it ${sourceSeverity}${words}`,
    risk: SOURCE_RISK[sourceSeverity],
    fields: inMetadata(signal, "source_severity", "source_level"),
  };
}

const PROXIES: Readonly<Record<string, { readonly risk: number; readonly technique: string }>> = {
  tor: { risk: 0.25, technique: "T1090.003" },
  residential: { risk: 0.15, technique: "T1090.002" },
  datacenter: { risk: 0.1, technique: "T1090.002" },
  vpn: { risk: 0.05, technique: "T1090.002" },
};
const UNKNOWN_PROXY = { risk: 0.1, technique: "T1090" };

/** Faster than an airliner, in km/h: nobody travels so. */
const IMPOSSIBLE_SPEED = 1000;
/** From here on Wazuh calls a rule's level important. */
const IMPORTANT_LEVEL = 8;
/** Characters of a client's name that a finding repeats. */
const MAX_QUOTED = 120;

const GRAVITY: Readonly<Record<ThreatType, (input: AgentInput) => readonly Reason[]>> = {
  bot_traffic: ({ facts, signal }) => {
    const failedLogins = number(signal.metadata, "failed_logins") ?? 0;
    return reasons(
      ...traffic({ facts, signal }),
      facts.benignCrawler && {
        text: "Says to be a search engine's crawler",
        risk: -0.15,
        fields: inMetadata(signal, "user_agent"),
      },
      failedLogins >= 50 && {
        text: `${failedLogins} failed sign-ins`,
        risk: 0.15,
        technique: "T1110.004",
        fields: inMetadata(signal, "failed_logins"),
      },
    );
  },
  proxy_network: ({ signal }) => {
    const kind = word(signal.metadata, "proxy_type") ?? "unknown";
    const proxy = Object.hasOwn(PROXIES, kind) ? (PROXIES[kind] ?? UNKNOWN_PROXY) : UNKNOWN_PROXY;
    const reputation = clamp(number(signal.metadata, "reputation_score") ?? 50, 0, 100);
    return reasons(
      {
        text: `Traffic through a proxy of type ${kind}`,
        ...proxy,
        fields: ["signal.threat_type", ...inMetadata(signal, "proxy_type")],
      },
      reputation < 50 && {
        text: `Reputation of the address is ${reputation} of 100`,
        risk: round((50 - reputation) / 200),
        fields: inMetadata(signal, "reputation_score"),
      },
    );
  },
  device_compromise: ({ signal }) =>
    reasons(
      ...signsIn(signal),
      signal.metadata["privileged_account"] === true && {
        text: "The account has administrator rights",
        risk: 0.15,
        fields: inMetadata(signal, "privileged_account"),
      },
    ),
  anomaly_detection: ({ signal }) => {
    const sigma = number(signal.metadata, "deviation_sigma") ?? 0;
    const usual = number(signal.metadata, "baseline") ?? 0;
    const times = usual > 0 ? (number(signal.metadata, "observed") ?? 0) / usual : 0;
    const outbound = word(signal.metadata, "metric") === "outbound_bytes" && times >= 5;
    return reasons(
      sigma >= 3 && {
        text: `${sigma} standard deviations from normal`,
        risk: round(Math.min(0.5, (sigma - 2) * 0.05)),
        fields: inMetadata(signal, "deviation_sigma"),
      },
      outbound && {
        text: `${round(times)} times the usual amount of data leaves`,
        risk: 0.1,
        technique: "T1048",
        fields: inMetadata(signal, "metric", "observed", "baseline"),
      },
    );
  },
  rate_limit_breach: traffic,
  geo_anomaly: ({ signal }) => {
    const distance = number(signal.metadata, "distance_km") ?? 0;
    const minutes = number(signal.metadata, "minutes_since_last_login") ?? 0;
    const speed = minutes > 0 ? Math.round((distance * 60) / minutes) : 0;
    return reasons(
      speed > IMPOSSIBLE_SPEED && {
        text: `Travel at ${speed} km/h is impossible`,
        risk: 0.35,
        technique: "T1078",
        fields: inMetadata(signal, "distance_km", "minutes_since_last_login"),
      },
      signal.metadata["new_device"] === true && {
        text: "A device not seen before",
        risk: 0.1,
        fields: inMetadata(signal, "new_device"),
      },
      signal.metadata["mfa_passed"] === true && {
        text: "The second factor was given",
        risk: -0.15,
        fields: inMetadata(signal, "mfa_passed"),
      },
    );
  },
};

/** The reasons in a signal that make it more, or less, grave than its level or its type alone. */
export function gravity(input: AgentInput): readonly Reason[] {
  return [
    ...GRAVITY[input.signal.threat_type](input),
    ...client(input),
    ...level(input),
    ...proofs(input),
    ...mitigations(input),
  ];
}

/** The gravest proof lifts a signal to what it stands for, whatever its source's level; others add a little. */
function proofs(input: AgentInput): readonly Reason[] {
  const base = baseRisk(input).risk;
  return input.proofs.map(({ what, least, technique, field }, index) => ({
    text: `It shows ${what}`,
    risk: index === 0 ? round(Math.max(LEAST_LIFT, least - base)) : FURTHER_PROOF,
    technique,
    fields: [field],
  }));
}
const LEAST_LIFT = 0.1;
const FURTHER_PROOF = 0.05;
/** From this risk on a signal is HIGH. */
const GRAVE_RISK = 0.6;

/** What the source itself says of why nobody has to act. */
function mitigations(input: AgentInput): readonly Reason[] {
  const { facts, signal } = input;
  return reasons(
    // What is minor is so whether it was blocked or not.
    facts.blocked &&
      baseRisk(input).risk >= GRAVE_RISK && {
        text: "The sensor has blocked it",
        risk: -0.25,
        fields: inMetadata(signal, "action"),
      },
    facts.sample && {
      text: "Its source made it up, as a sample of its findings",
      risk: -1,
      fields: ["signal.metadata.raw.service.additionalInfo.sample"],
    },
  );
}

function client({ facts, signal }: AgentInput): readonly Reason[] {
  const fields = inMetadata(signal, "user_agent");
  const said = hygienic(facts.userAgent ?? "", MAX_QUOTED);
  return reasons(
    facts.attackTool && {
      text: `A tool of attackers: ${said}`,
      risk: 0.2,
      technique: "T1595.002",
      fields,
    },
    facts.scriptedClient &&
      !facts.attackTool && { text: `Scripted client: ${said}`, risk: 0.1, fields },
  );
}

/** The level of a rule, where nothing says what it stands for. */
function level({ facts: { ruleLevel, sourceSeverity }, signal }: AgentInput): readonly Reason[] {
  return reasons(
    sourceSeverity === null &&
      ruleLevel !== null &&
      ruleLevel >= IMPORTANT_LEVEL && {
        text: `The sensor's rule has level ${ruleLevel} of 15`,
        risk: round(0.06 * (ruleLevel - IMPORTANT_LEVEL + 1)),
        fields: inMetadata(signal, "rule_level"),
      },
  );
}

function traffic({ facts, signal }: Pick<AgentInput, "facts" | "signal">): readonly Reason[] {
  const rpm = Math.round(facts.requestsPerMinute ?? 0);
  return reasons(
    rpm > 60 && {
      text: `${rpm} requests a minute`,
      risk: round(clamp(0.12 * Math.log10(rpm / 10), 0, 0.3)),
      ...(rpm > 1000 && { technique: "T1499" }),
      fields: inMetadata(signal, "request_count", "time_window_minutes"),
    },
  );
}
