import { number, text } from "../threats/facts.js";
import type { ThreatType } from "../types.js";
import {
  clamp,
  reasons,
  riskOf,
  round,
  type Agent,
  type AgentInput,
  type Reason,
} from "./agent.js";

/** Judges how grave the signal is by itself. */
export const priority: Agent = (input) => {
  const { signal } = input;
  const base = BASE_RISK[signal.threat_type];
  const found = GRAVITY[signal.threat_type](input);
  const risk = round(clamp(base + riskOf(found)));
  return {
    analysis: `Taken by itself, this ${signal.threat_type} signal weighs ${risk} of 1.`,
    confidence: round(clamp(0.7 + 0.06 * found.length, 0, 0.95)),
    findings: found.map((reason) => reason.text),
    recommendations: risk >= 0.6 ? ["Treat before other work"] : ["Treat in normal order"],
    sources: ["signal"],
    risk,
    output: { base_risk: base, risk },
  };
};

const BASE_RISK: Readonly<Record<ThreatType, number>> = {
  bot_traffic: 0.25,
  proxy_network: 0.25,
  device_compromise: 0.4,
  anomaly_detection: 0.15,
  rate_limit_breach: 0.15,
  geo_anomaly: 0.2,
};

const PROXY_RISK: Readonly<Record<string, number>> = {
  tor: 0.25,
  residential: 0.15,
  datacenter: 0.1,
  vpn: 0.05,
};

/** Faster than an airliner, in km/h: nobody travels so. */
const IMPOSSIBLE_SPEED = 1000;

const GRAVITY: Readonly<Record<ThreatType, (input: AgentInput) => readonly Reason[]>> = {
  bot_traffic: ({ facts, signal }) => {
    const failedLogins = number(signal.metadata, "failed_logins") ?? 0;
    return reasons(
      ...traffic(facts.requestsPerMinute),
      facts.scriptedClient && { text: `Scripted client: ${facts.userAgent ?? ""}`, risk: 0.1 },
      facts.benignCrawler && { text: "Says to be a search engine's crawler", risk: -0.15 },
      failedLogins >= 50 && { text: `${failedLogins} failed sign-ins`, risk: 0.15 },
    );
  },
  proxy_network: ({ facts, signal }) => {
    const kind = text(signal.metadata, "proxy_type") ?? "unknown";
    const reputation = clamp(number(signal.metadata, "reputation_score") ?? 50, 0, 100);
    return reasons(
      { text: `Traffic through a proxy of type ${kind}`, risk: PROXY_RISK[kind] ?? 0.1 },
      reputation < 50 && {
        text: `Reputation of the address is ${reputation} of 100`,
        risk: round((50 - reputation) / 200),
      },
      facts.scriptedClient && { text: `Scripted client: ${facts.userAgent ?? ""}`, risk: 0.1 },
    );
  },
  device_compromise: ({ signal }) => {
    const indicators = signal.metadata["indicators"];
    const seen = Array.isArray(indicators) ? indicators.length : 0;
    return reasons(
      seen > 0 && { text: `${seen} sign(s) of compromise`, risk: Math.min(0.4, 0.12 * seen) },
      signal.metadata["privileged_account"] === true && {
        text: "The account has administrator rights",
        risk: 0.15,
      },
    );
  },
  anomaly_detection: ({ signal }) => {
    const sigma = number(signal.metadata, "deviation_sigma") ?? 0;
    return reasons(
      sigma >= 3 && {
        text: `${sigma} standard deviations from normal`,
        risk: round(Math.min(0.5, (sigma - 2) * 0.05)),
      },
    );
  },
  rate_limit_breach: ({ facts }) =>
    reasons(
      ...traffic(facts.requestsPerMinute),
      facts.scriptedClient && { text: `Scripted client: ${facts.userAgent ?? ""}`, risk: 0.1 },
    ),
  geo_anomaly: ({ signal }) => {
    const distance = number(signal.metadata, "distance_km") ?? 0;
    const minutes = number(signal.metadata, "minutes_since_last_login") ?? 0;
    const speed = minutes > 0 ? Math.round((distance * 60) / minutes) : 0;
    return reasons(
      speed > IMPOSSIBLE_SPEED && { text: `Travel at ${speed} km/h is impossible`, risk: 0.35 },
      signal.metadata["new_device"] === true && { text: "A device not seen before", risk: 0.1 },
      signal.metadata["mfa_passed"] === true && {
        text: "The second factor was given",
        risk: -0.15,
      },
    );
  },
};

function traffic(requestsPerMinute: number | null): readonly Reason[] {
  const rpm = Math.round(requestsPerMinute ?? 0);
  return reasons(
    rpm > 60 && {
      text: `${rpm} requests a minute`,
      risk: round(clamp(0.12 * Math.log10(rpm / 10), 0, 0.3)),
    },
  );
}
