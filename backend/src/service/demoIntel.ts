import { errorFields, type Logger } from "../telemetry/log.js";
import type { ThreatListener, ThreatStore } from "../store/store.js";
import type { IntelMatch } from "../contract/signal.js";

const SECONDS_KEPT = 24 * 60 * 60;

/** Packages that belong to nobody (RFC 2606), as a feed would know them. */
export const DEMO_INTEL: readonly IntelMatch[] = [
  known("com.example.stealer", "Steals passwords and one-time codes", "2026-02-11", 0.95),
  known("com.example.fakebank", "Lays a false sign-in page over banking apps", "2026-01-27", 0.9),
  known("com.example.spyware", "Reads messages and records calls", "2025-12-04", 0.85),
];

/**
 * A listener that also gives the store the demonstration's packages, whenever events flow (again): a
 * Redis that was away may have come back empty.
 */
export function withDemo(
  listener: ThreatListener,
  store: Pick<ThreatStore, "keepIntel">,
  log: Logger,
): ThreatListener {
  const seed = async (): Promise<void> => {
    try {
      await Promise.all(DEMO_INTEL.map((match) => store.keepIntel(match, SECONDS_KEPT)));
    } catch (error) {
      log.warn(errorFields(error), "No demonstration data kept");
    }
  };
  return {
    onThreat: (threat, traceparent) => listener.onThreat(threat, traceparent),
    onUpdate: (threat) => listener.onUpdate(threat),
    onReset: () => listener.onReset(),
    onLive: (stored) => {
      listener.onLive(stored);
      void seed();
    },
  };
}

function known(name: string, description: string, added: string, confidence: number): IntelMatch {
  return {
    ioc_type: "package",
    ioc_value: name,
    source: "demonstration feed",
    description,
    date_added: `${added}T00:00:00.000000`,
    confidence,
    threat_actor: null,
  };
}
