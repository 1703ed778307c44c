import type { ThreatSeverity } from "../contract/signal.js";

const LEVELS: readonly (readonly [threshold: number, severity: ThreatSeverity])[] = [
  [0.85, "CRITICAL"],
  [0.6, "HIGH"],
  [0.35, "MEDIUM"],
  [0.15, "LOW"],
];

/** The severity of a risk from 0 to 1. */
export function severityOfRisk(risk: number): ThreatSeverity {
  return LEVELS.find(([threshold]) => risk >= threshold)?.[1] ?? "INFO";
}
