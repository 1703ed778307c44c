import type { AgentInput } from "../threats/finding.js";
import type { TimelineRecorder } from "../analyzers/timeline.js";
import type { IntelMatch, ThreatSignal } from "../contract/signal.js";
import { proofsIn } from "../threats/artefacts.js";
import { customerProfile } from "../threats/customers.js";
import { factsOf } from "../threats/facts.js";
import { alike, type PastThreat } from "../threats/history.js";
import { localIntel } from "../threats/intel.js";
import { humanName, sentence } from "../base/wording.js";

/**
 * What the agents may look at, put together from the signal and what is known.
 *
 * @param fed what feeds say of the signal, besides the built-in list
 * @param now milliseconds since the epoch
 */
export function enrich(
  signal: ThreatSignal,
  history: readonly PastThreat[],
  fed: readonly IntelMatch[],
  now: number,
  timeline: TimelineRecorder,
): AgentInput {
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
  enriched("History looked up", { threats: history.length });
  return {
    ...{ signal, facts, proofs: proofsIn(signal), profile },
    ...{ history, alike: alike(signal, history), intel, now },
  };
}
