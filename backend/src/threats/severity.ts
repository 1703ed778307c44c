import type { ThreatSeverity } from "../contract/signal.js";

/** From which level on something has a severity, the highest first. */
export type SeveritySteps = readonly (readonly [least: number, severity: ThreatSeverity])[];

/** The severity of a level; undefined below all steps. */
export function severityAt(level: number, steps: SeveritySteps): ThreatSeverity | undefined {
  return steps.find(([least]) => level >= least)?.[1];
}

const LEVELS: SeveritySteps = [
  [0.85, "CRITICAL"],
  [0.6, "HIGH"],
  [0.35, "MEDIUM"],
  [0.15, "LOW"],
];

/** The severity of a risk from 0 to 1. */
export function severityOfRisk(risk: number): ThreatSeverity {
  return severityAt(risk, LEVELS) ?? "INFO";
}
