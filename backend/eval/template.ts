import type { SOURCES } from "../src/ingest/sources.js";
import { between, pick, type Random } from "../src/base/random.js";
import type { ThreatSeverity } from "../src/contract/signal.js";

/** What really happened. Where nobody has to act, a signal is harmless, even if a stranger meant ill. */
export type Truth = "attack" | "harmless" | "manipulated";

/** A part of an alert, by the source's own names. */
export type Json = Readonly<Record<string, unknown>>;

/** What came before a signal: alerts of the same template with the same machine, account and rule. */
export interface Before {
  readonly times: number;
  /** What a person decided of each; null where nobody has looked at them. */
  readonly decided: "false_positive" | "confirmed" | null;
}

/** A story that is told many times with other names, addresses and numbers. */
export interface Template {
  readonly name: string;
  /** Why it is what `truth` and `severity` say, for whoever doubts a label. */
  readonly story: string;
  readonly truth: Truth;
  /** What an analyst who knows the story would give it. */
  readonly severity: ThreatSeverity;
  /** The route that takes the alert, as in {@link SOURCES}. */
  readonly source: keyof typeof SOURCES;
  /** The alert as its source sends it. */
  readonly alert: (vary: Vary) => Json;
  readonly before?: Before;
}

/** What differs between the signals of a template. */
export interface Vary {
  /** Somebody's public address (RFC 5737). */
  readonly stranger: string;
  /** An address of a private network. */
  readonly inside: string;
  readonly host: string;
  readonly user: string;
  readonly customer: string;
  readonly one: <T>(from: readonly T[]) => T;
  /** A whole number, both ends included. */
  readonly number: (low: number, high: number) => number;
}

const HOSTS = ["web", "db", "mail", "build", "files", "desk"];
const USERS = ["amara", "bo", "chen", "dilek", "emil", "farah", "goran", "hana"];
const CUSTOMERS = ["Northwind Mills", "Harbour Clinic", "Blue Fern Shops", "Lindgren Bank"];

/** Names and numbers for one signal. */
export function vary(random: Random): Vary {
  return {
    // Above the addresses that the built-in list of indicators knows.
    stranger: `203.0.113.${between(random, 150, 250)}`,
    inside: `10.${between(random, 0, 250)}.4.${between(random, 2, 250)}`,
    host: `${pick(random, HOSTS)}-${between(random, 1, 40)}`,
    user: pick(random, USERS),
    customer: pick(random, CUSTOMERS),
    one: (from) => pick(random, from),
    number: (low, high) => between(random, low, high),
  };
}
