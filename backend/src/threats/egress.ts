import type { EgressViolation } from "../contract/requests.js";
import type { EgressSeen } from "../contract/seen.js";
import type { ThreatSignal } from "../contract/signal.js";
import { text, word } from "./facts.js";

/** For how long a blocked connection is a fresh one, in ms. */
const FRESH_MS = 15 * 60 * 1000;
/** Places and pods that are named. */
const MAX_NAMED = 5;

/** What there is to read where nothing was blocked. */
export const NOTHING_BLOCKED: EgressSeen = { fresh: 0, destinations: [], to_source: null };

/**
 * What the analysis of a signal reads of blocked connections to the outside.
 *
 * @param egress newest first
 * @param now milliseconds since the epoch
 */
export function lookOut(
  { metadata }: ThreatSignal,
  egress: readonly EgressViolation[],
  now: number,
): EgressSeen {
  if (egress.length === 0) {
    return NOTHING_BLOCKED;
  }
  const fresh = egress.filter(({ timestamp }) => now - timestamp * 1000 < FRESH_MS);
  const hosts = [
    word(metadata, "source_ip"),
    text(metadata, "destination_ip"),
    text(metadata, "domain"),
  ];
  const matching = egress.filter((violation) =>
    hosts.includes(hostOf(violation.attempted_destination)),
  );
  const [first] = matching;
  return {
    fresh: fresh.length,
    destinations: someOf(fresh.map((violation) => violation.attempted_destination)),
    to_source:
      first === undefined
        ? null
        : {
            host: hostOf(first.attempted_destination),
            pods: someOf(matching.map((violation) => violation.source_pod)),
          },
  };
}

/** The different ones, a few of them. */
function someOf(names: readonly string[]): readonly string[] {
  return [...new Set(names)].slice(0, MAX_NAMED);
}

/** The host of `host`, `host:port`, `[v6]:port` or a URL. */
function hostOf(destination: string): string {
  const authority = destination.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/[/?#].*$/, "");
  const bracketed = /^\[([^\]]*)\]/.exec(authority)?.[1];
  return bracketed ?? (/^[^:]*:\d+$/.test(authority) ? authority.replace(/:\d+$/, "") : authority);
}
