import type { ToldInput } from "../threats/finding.js";
import type { TimelineRecorder } from "../analyzers/timeline.js";
import type { ThreatSignal } from "../contract/signal.js";
import { proofsIn } from "../threats/artefacts.js";
import { customerProfile } from "../threats/customers.js";
import { factsOf } from "../threats/facts.js";
import type { PastThreat } from "../threats/history.js";
import { localIntel } from "../threats/intel.js";
import type { Seen } from "./seen.js";
import { humanName, sentence } from "../base/wording.js";

/**
 * What the agents may look at, put together from the signal and what is known.
 *
 * @param history of which a model may be told, newest first
 * @param now milliseconds since the epoch
 */
export function enrich(
  signal: ThreatSignal,
  { past, intel: fed }: Pick<Seen, "past" | "intel">,
  history: readonly PastThreat[],
  now: number,
  timeline: TimelineRecorder,
): ToldInput {
  timeline.recordAt(signal.timestamp, "detection", "Signal received", "sensor", {
    description: sentence(`${humanName(signal.threat_type)} against ${signal.customer_name}`),
    data: { signal_id: signal.id },
  });
  const enriched = (title: string, data: Readonly<Record<string, unknown>>): void =>
    timeline.record("enrichment", title, "coordinator", { data });
  const facts = factsOf(signal.metadata);
  enriched("Signal read", {
    source_ip: facts.sourceIp,
    requests_per_minute: facts.requestsPerMinute,
  });
  const intel = [...localIntel(signal.metadata), ...fed];
  enriched("Intelligence looked up", { matches: intel.length });
  const profile = customerProfile(signal.customer_name);
  enriched("Customer looked up", { industry: profile.industry });
  enriched("History looked up", { threats: past.threats });
  return { signal, facts, proofs: proofsIn(signal), profile, past, history, intel, now };
}
