import { type Facts, number, text } from "../threats/facts.js";
import { hygienic } from "../threats/untrusted.js";
import type { ThreatSeverity, ThreatType } from "../contract/signal.js";
import { clamp, round } from "../base/numbers.js";
import { reasons, type Reason } from "./agent.js";
import type { AgentInput } from "../threats/finding.js";
import { count } from "../base/wording.js";

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
export function baseRisk({ signal, facts }: AgentInput): number {
  return facts.sourceSeverity === null
    ? BASE_RISK[signal.threat_type]
    : SOURCE_RISK[facts.sourceSeverity];
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
      ...traffic(facts.requestsPerMinute),
      facts.benignCrawler && { text: "Says to be a search engine's crawler", risk: -0.15 },
      failedLogins >= 50 && {
        text: `${failedLogins} failed sign-ins`,
        risk: 0.15,
        technique: "T1110.004",
      },
    );
  },
  proxy_network: ({ signal }) => {
    const kind = text(signal.metadata, "proxy_type") ?? "unknown";
    const proxy = Object.hasOwn(PROXIES, kind) ? (PROXIES[kind] ?? UNKNOWN_PROXY) : UNKNOWN_PROXY;
    const reputation = clamp(number(signal.metadata, "reputation_score") ?? 50, 0, 100);
    return reasons(
      { text: `Traffic through a proxy of type ${kind}`, ...proxy },
      reputation < 50 && {
        text: `Reputation of the address is ${reputation} of 100`,
        risk: round((50 - reputation) / 200),
      },
    );
  },
  device_compromise: ({ signal }) => {
    const listed: unknown = signal.metadata["indicators"];
    const seen = Array.isArray(listed) ? (listed as unknown[]) : [];
    return reasons(
      seen.length > 0 && {
        text: `${count(seen.length, "sign")} of compromise`,
        risk: Math.min(0.4, 0.12 * seen.length),
      },
      ...SIGNS.filter(({ words }) => seen.some((sign) => words.test(String(sign)))).map(
        ({ what, technique }) => ({ text: `Among them: ${what}`, risk: 0, technique }),
      ),
      signal.metadata["privileged_account"] === true && {
        text: "The account has administrator rights",
        risk: 0.15,
      },
    );
  },
  anomaly_detection: ({ signal }) => {
    const sigma = number(signal.metadata, "deviation_sigma") ?? 0;
    const usual = number(signal.metadata, "baseline") ?? 0;
    const times = usual > 0 ? (number(signal.metadata, "observed") ?? 0) / usual : 0;
    const outbound = text(signal.metadata, "metric") === "outbound_bytes" && times >= 5;
    return reasons(
      sigma >= 3 && {
        text: `${sigma} standard deviations from normal`,
        risk: round(Math.min(0.5, (sigma - 2) * 0.05)),
      },
      outbound && {
        text: `${round(times)} times the usual amount of data leaves`,
        risk: 0.1,
        technique: "T1048",
      },
    );
  },
  rate_limit_breach: ({ facts }) => traffic(facts.requestsPerMinute),
  geo_anomaly: ({ signal }) => {
    const distance = number(signal.metadata, "distance_km") ?? 0;
    const minutes = number(signal.metadata, "minutes_since_last_login") ?? 0;
    const speed = minutes > 0 ? Math.round((distance * 60) / minutes) : 0;
    return reasons(
      speed > IMPOSSIBLE_SPEED && {
        text: `Travel at ${speed} km/h is impossible`,
        risk: 0.35,
        technique: "T1078",
      },
      signal.metadata["new_device"] === true && { text: "A device not seen before", risk: 0.1 },
      signal.metadata["mfa_passed"] === true && {
        text: "The second factor was given",
        risk: -0.15,
      },
    );
  },
};

/** Signs of compromise that stand for a technique. */
const SIGNS: readonly {
  readonly words: RegExp;
  readonly what: string;
  readonly technique: string;
}[] = [
  { words: /credential.?dump|mimikatz|lsass/i, what: "credentials dumped", technique: "T1003" },
  { words: /agent.{0,12}stopped|disabled/i, what: "defences switched off", technique: "T1562.001" },
  { words: /upload|exfil/i, what: "data leaving", technique: "T1041" },
  { words: /ransom|encrypt/i, what: "files held to ransom", technique: "T1486" },
  { words: /driver|rootkit/i, what: "code in the kernel", technique: "T1014" },
];

/** The reasons in a signal that make it more, or less, grave than its type alone. */
export function gravity(input: AgentInput): readonly Reason[] {
  return [
    ...GRAVITY[input.signal.threat_type](input),
    ...client(input.facts),
    ...level(input.facts),
  ];
}

function client(facts: Facts): readonly Reason[] {
  return reasons(
    facts.attackTool && {
      text: `A tool of attackers: ${hygienic(facts.userAgent ?? "", MAX_QUOTED)}`,
      risk: 0.2,
      technique: "T1595.002",
    },
    facts.scriptedClient &&
      !facts.attackTool && {
        text: `Scripted client: ${hygienic(facts.userAgent ?? "", MAX_QUOTED)}`,
        risk: 0.1,
      },
  );
}

function level({ ruleLevel, sourceSeverity, sourceLevel }: Facts): readonly Reason[] {
  if (sourceSeverity !== null) {
    // It is the base already.
    const words = sourceLevel === null ? "" : `: ${hygienic(sourceLevel, MAX_QUOTED)}`;
    return [{ text: `Its source calls it ${sourceSeverity}${words}`, risk: 0 }];
  }
  return reasons(
    ruleLevel !== null &&
      ruleLevel >= IMPORTANT_LEVEL && {
        text: `The sensor's rule has level ${ruleLevel} of 15`,
        risk: round(0.06 * (ruleLevel - IMPORTANT_LEVEL + 1)),
      },
  );
}

function traffic(requestsPerMinute: number | null): readonly Reason[] {
  const rpm = Math.round(requestsPerMinute ?? 0);
  return reasons(
    rpm > 60 && {
      text: `${rpm} requests a minute`,
      risk: round(clamp(0.12 * Math.log10(rpm / 10), 0, 0.3)),
      ...(rpm > 1000 && { technique: "T1499" }),
    },
  );
}
