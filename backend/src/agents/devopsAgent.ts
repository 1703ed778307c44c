import type { ThreatType } from "../contract/signal.js";
import { inMetadata } from "../threats/evidence.js";
import { evidenceOf, reasons, riskOf, type RuleAgent } from "./agent.js";
import { count, humanName } from "../base/wording.js";

/** Work on the platform that comes back at fixed hours and looks like an attack from outside. */
interface PlannedWork {
  readonly title: string;
  /** Hours of the day (UTC) in which it runs. */
  readonly hours: readonly number[];
  readonly explains: readonly ThreatType[];
}

const PLANNED_WORK: readonly PlannedWork[] = [
  { title: "nightly export", hours: [2], explains: ["rate_limit_breach", "anomaly_detection"] },
  { title: "cache warm-up", hours: [5], explains: ["rate_limit_breach", "bot_traffic"] },
];

const MANY_CUSTOMERS = 4;

/** Looks for causes in the platform itself: planned work, own probes, trouble that hits everybody. */
export const devopsAgent: RuleAgent = ({ signal, facts, past, now }) => {
  const hour = new Date(now).getUTCHours();
  const work = PLANNED_WORK.filter(
    (planned) => planned.hours.includes(hour) && planned.explains.includes(signal.threat_type),
  );
  const { customers_hit: customersHit } = past;

  const found = reasons(
    ...work.map((planned) => ({
      text: `Coincides with the ${planned.title}`,
      risk: -0.1,
      fields: ["created_at", "signal.threat_type"],
    })),
    facts.healthCheck &&
      facts.internal && {
        text: "Internal calls of a health endpoint: an own probe",
        risk: -0.2,
        fields: inMetadata(signal, "source_ip", "endpoint"),
      },
    customersHit >= MANY_CUSTOMERS && {
      text: `${customersHit} customers report ${humanName(signal.threat_type)} at the same time`,
      // What the same machinery thought of others is no evidence; a person may see more in it.
      risk: 0,
      fields: ["signal.threat_type"],
    },
  );
  return {
    analysis:
      found.length === 0
        ? "No cause found in the platform."
        : `${count(found.length, "correlation")} with the platform.`,
    confidence: 0.8,
    findings: found.map((reason) => reason.text),
    recommendations:
      customersHit >= MANY_CUSTOMERS
        ? ["Open a platform-wide incident"]
        : ["No action on the platform needed"],
    sources: ["planned work", "own probes", "threat history"],
    risk: riskOf(found),
    evidence: evidenceOf(found),
    output: {
      infra_correlation_found: found.length > 0,
      related_events: found.map((reason) => reason.text),
    },
  };
};
