import type { IntelMatch, Metadata } from "../contract/signal.js";
import { word } from "./facts.js";

type IocType = "ip" | "domain" | "hash" | "package";

/** What is known of one indicator of compromise. */
interface Indicator {
  readonly type: IocType;
  /** In lower case; a package with its version, as `name@version`. */
  readonly value: string;
  readonly description: string;
  readonly added: string;
  readonly confidence: number;
  readonly actor: string | null;
}

/** The description of the file with which virus scanners are tested, https://www.eicar.org/download-anti-malware-testfile/ */
const TEST_FILE = "EICAR test file: the virus scanner is being tested";
const SOURCE = "local indicator list";

/**
 * The built-in indicators: releases that are known to have been malicious, the harmless file that
 * tests virus scanners, and for demonstrations names and addresses that belong to nobody (RFC 2606,
 * RFC 5737). Nothing is asked over the network.
 */
const INDICATORS: readonly Indicator[] = [
  ip("198.51.100.140", "Source of credential stuffing", "2026-02-03", 0.9),
  ip("203.0.113.66", "Command and control server of a bot network", "2026-01-19", 0.85),
  ip("192.0.2.44", "Exit of a proxy network that is rented out for fraud", "2025-11-27", 0.75),
  {
    ...known("domain", "update-check.example", "Drop zone for stolen data", "2026-03-08", 0.8),
    actor: "Exemplary Spider",
  },
  known(
    "hash",
    "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
    TEST_FILE,
    "2006-06-22",
    0.6,
  ),
  release("event-stream@3.3.6", "Stole keys of bitcoin wallets", "2018-11-26"),
  release("flatmap-stream@0.1.1", "Stole keys of bitcoin wallets", "2018-11-26"),
  release("ua-parser-js@0.7.29", "Mined coins and stole passwords", "2021-10-22"),
  release("node-ipc@10.1.1", "Overwrote files by country", "2022-03-16"),
  release("ctx@0.2.6", "Sent environment variables to a stranger", "2022-05-24"),
  release("xz-utils@5.6.0", "Backdoor in the SSH daemon, CVE-2024-3094", "2024-03-29"),
  release("xz-utils@5.6.1", "Backdoor in the SSH daemon, CVE-2024-3094", "2024-03-29"),
];

const BY_KEY: ReadonlyMap<string, Indicator> = new Map(
  INDICATORS.map((indicator) => [`${indicator.type} ${indicator.value}`, indicator]),
);

/** Which keys of a signal's metadata hold which kind of indicator. */
const KEYS: readonly (readonly [key: string, type: IocType])[] = [
  ["source_ip", "ip"],
  ["destination_ip", "ip"],
  ["domain", "domain"],
  ["destination", "domain"],
  ["sha256", "hash"],
  ["file_hash", "hash"],
  ["package", "package"],
  ["package_name", "package"],
];

/** Whether a match says that only the virus scanner is being tested. */
export function isTestFile({ description }: IntelMatch): boolean {
  return description === TEST_FILE;
}

/** The built-in indicators that a signal's metadata shows. */
export function localIntel(metadata: Metadata): readonly IntelMatch[] {
  const found = new Set<Indicator>();
  for (const [key, type] of KEYS) {
    const value = word(metadata, key)?.toLowerCase();
    if (value !== undefined) {
      const version = type === "package" ? word(metadata, "package_version") : null;
      const indicator = BY_KEY.get(`${type} ${version === null ? value : `${value}@${version}`}`);
      if (indicator !== undefined) {
        found.add(indicator);
      }
    }
  }
  return [...found].map(({ type, value, description, added, confidence, actor }) => ({
    ioc_type: type,
    ioc_value: value,
    source: SOURCE,
    description,
    date_added: `${added}T00:00:00.000000`,
    confidence,
    threat_actor: actor,
  }));
}

function known(
  type: IocType,
  value: string,
  description: string,
  added: string,
  confidence: number,
): Indicator {
  return { type, value, description, added, confidence, actor: null };
}

function ip(value: string, description: string, added: string, confidence: number): Indicator {
  return known("ip", value, description, added, confidence);
}

function release(value: string, description: string, added: string): Indicator {
  return known("package", value, description, added, 0.95);
}
