import type { Random } from "../base/random.js";
import type { Metadata, ThreatSignal, ThreatType } from "../contract/signal.js";
import { generateSignal } from "./generator.js";

/** A story with a known customer and known facts. */
interface Scenario {
  readonly type: ThreatType;
  readonly customer: string;
  readonly metadata: Metadata;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  crypto_surge: {
    type: "rate_limit_breach",
    customer: "CryptoExchange Pro",
    metadata: {
      source_ip: "203.0.113.45",
      user_agent: "TradingApp/4.2 (iOS)",
      endpoint: "/api/orders",
      request_count: 5200,
      time_window_minutes: 5,
    },
  },
  bot_attack: {
    type: "bot_traffic",
    customer: "RetailMax",
    metadata: {
      source_ip: "198.51.100.23",
      user_agent: "python-requests/2.32",
      endpoint: "/api/login",
      request_count: 3500,
      time_window_minutes: 5,
      failed_logins: 340,
    },
  },
  geo_impossible: {
    type: "geo_anomaly",
    customer: "Global Finance",
    metadata: {
      source_ip: "192.0.2.77",
      user_id: "user-4711",
      city: "Singapore",
      country: "SG",
      distance_km: 10850,
      minutes_since_last_login: 45,
      new_device: true,
      mfa_passed: false,
    },
  },
  critical_threat: {
    type: "device_compromise",
    customer: "HealthCare Plus",
    metadata: {
      source_ip: "203.0.113.99",
      user_id: "user-0815",
      device_id: "device-301",
      indicators: [
        "credential dump tool seen",
        "security agent stopped",
        "large upload to a new host",
        "ransom note written",
      ],
      privileged_account: true,
    },
  },
};

/**
 * The signal of a named scenario.
 *
 * @returns null for a name that is not known
 */
export function scenarioSignal(name: string, random: Random, epochMs: number): ThreatSignal | null {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario === undefined) {
    return null;
  }
  return {
    ...generateSignal(random, epochMs, scenario.type),
    customer_name: scenario.customer,
    metadata: scenario.metadata,
  };
}
