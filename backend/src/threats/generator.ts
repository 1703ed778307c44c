import { isoMicros } from "../base/clock.js";
import { between, pick, type Random } from "../base/random.js";
import {
  THREAT_TYPES,
  type Metadata,
  type ThreatSignal,
  type ThreatType,
} from "../contract/signal.js";
import { CUSTOMERS } from "./customers.js";

const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) Safari/605.1",
];
const SCRIPTS = ["python-requests/2.32", "curl/8.11", "Go-http-client/2.0"];
const CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const ENDPOINTS = ["/api/login", "/api/checkout", "/api/search", "/api/orders", "/health"];
const CITIES = [
  { city: "New York", country: "US" },
  { city: "London", country: "GB" },
  { city: "Berlin", country: "DE" },
  { city: "Singapore", country: "SG" },
  { city: "São Paulo", country: "BR" },
];
const COMPROMISE_INDICATORS = [
  "unsigned driver loaded",
  "credential dump tool seen",
  "large upload to a new host",
  "security agent stopped",
  "ransom note written",
];

/**
 * A signal as a sensor would report it.
 *
 * @param type the threat type; a random one when absent
 * @param epochMs when the sensor saw it
 */
export function generateSignal(
  random: Random,
  epochMs: number,
  type: ThreatType = pick(random, THREAT_TYPES),
): ThreatSignal {
  return {
    id: random.uuid(),
    threat_type: type,
    customer_name: pick(random, CUSTOMERS).name,
    timestamp: isoMicros(epochMs),
    metadata: METADATA[type](random),
    mitre_hints: [],
  };
}

const METADATA: Readonly<Record<ThreatType, (random: Random) => Metadata>> = {
  bot_traffic: (random) => ({
    source_ip: sourceIp(random),
    user_agent: pick(random, [...SCRIPTS, ...BROWSERS, CRAWLER]),
    endpoint: pick(random, ENDPOINTS),
    request_count: between(random, 500, 5000),
    time_window_minutes: 5,
    failed_logins: between(random, 0, 200),
  }),
  proxy_network: (random) => ({
    source_ip: sourceIp(random),
    user_agent: pick(random, [...SCRIPTS, ...BROWSERS]),
    proxy_type: pick(random, ["vpn", "tor", "datacenter", "residential"]),
    reputation_score: between(random, 0, 100),
    request_count: between(random, 20, 800),
    time_window_minutes: 5,
  }),
  device_compromise: (random) => ({
    source_ip: sourceIp(random),
    user_id: `user-${between(random, 1000, 9999)}`,
    device_id: `device-${between(random, 100, 999)}`,
    indicators: COMPROMISE_INDICATORS.filter(() => random.next() < 0.4),
    privileged_account: random.next() < 0.3,
  }),
  anomaly_detection: (random) => ({
    source_ip: sourceIp(random),
    metric: pick(random, ["outbound_bytes", "failed_payments", "new_accounts"]),
    baseline: 100,
    observed: between(random, 150, 1200),
    deviation_sigma: between(random, 2, 12),
  }),
  rate_limit_breach: (random) => ({
    source_ip: sourceIp(random),
    user_agent: pick(random, [...SCRIPTS, ...BROWSERS]),
    endpoint: pick(random, ENDPOINTS),
    request_count: between(random, 800, 9000),
    time_window_minutes: 5,
  }),
  geo_anomaly: (random) => {
    const place = pick(random, CITIES);
    return {
      // A private address has no place on earth.
      source_ip: addressIn(random, PUBLIC),
      user_id: `user-${between(random, 1000, 9999)}`,
      city: place.city,
      country: place.country,
      distance_km: between(random, 100, 12000),
      minutes_since_last_login: between(random, 20, 1440),
      new_device: random.next() < 0.5,
      mfa_passed: random.next() < 0.4,
    };
  },
};

/** The networks that RFC 5737 reserves for documentation: nobody's address. */
const PUBLIC = ["203.0.113", "198.51.100", "192.0.2"];
const PRIVATE = "10.20.30";

function sourceIp(random: Random): string {
  return addressIn(random, [...PUBLIC, PRIVATE]);
}

function addressIn(random: Random, networks: readonly string[]): string {
  return `${pick(random, networks)}.${between(random, 1, 254)}`;
}
