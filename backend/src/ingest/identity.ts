import { createHash } from "node:crypto";
import type { Identity } from "../store/sightings.js";
import { isObject } from "./json.js";

/** Which alert one is among all of its source. */
export interface Naming {
  /** What stays the same in every version of it. */
  readonly name: readonly (string | undefined)[];
  /** What grows from version to version, the most important first: times and counts. */
  readonly version?: readonly (string | number | undefined)[];
  /** Whether the source says that it is over. */
  readonly closed?: boolean;
}

/** Digits of a count in a version, so that counts sort as texts. */
const DIGITS = 12;
/** Characters of the API's times that all of them have: without a zone, which is always UTC. */
const TIME_LENGTH = 26;

/** Under what an alert of a source is remembered, and how new it is. */
export function identityOf(source: string, { name, version = [] }: Naming): Identity {
  return {
    key: sha256(JSON.stringify([source, ...name.map((part) => part ?? null)])),
    version: version
      .map((part) =>
        typeof part === "number"
          ? String(Math.max(0, Math.floor(part))).padStart(DIGITS, "0")
          : (part ?? "").slice(0, TIME_LENGTH),
      )
      .join(" "),
  };
}

/** A digest of JSON, whatever the order of its keys. */
export function digestOf(json: unknown): string {
  return sha256(JSON.stringify(sorted(json)));
}

function sorted(json: unknown): unknown {
  return Array.isArray(json)
    ? json.map(sorted)
    : isObject(json)
      ? Object.fromEntries(
          Object.entries(json)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]) => [key, sorted(value)]),
        )
      : json;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
