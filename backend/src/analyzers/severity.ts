import { clamp, round } from "../agents/agent.js";
import type { ThreatSeverity } from "../types.js";

const LEVELS: readonly (readonly [threshold: number, severity: ThreatSeverity])[] = [
  [0.85, "CRITICAL"],
  [0.6, "HIGH"],
  [0.35, "MEDIUM"],
  [0.15, "LOW"],
];

/** From this score on a threat counts as a false positive. */
export const FALSE_POSITIVE_SCORE = 0.7;

/**
 * The risk from 0 to 1: what the agents found, less the doubt whether it is a threat at all.
 *
 * @param risks what each agent adds
 * @param falsePositive the false-positive score; only what exceeds an even chance counts as doubt
 */
export function riskScore(risks: readonly number[], falsePositive: number): number {
  const doubt = Math.max(0, falsePositive - 0.5);
  return round(clamp(risks.reduce((sum, risk) => sum + risk, 0) - doubt));
}

/** The severity of a risk; what is likely no threat is never more than LOW. */
export function severityOf(risk: number, falsePositive: number): ThreatSeverity {
  const severity = LEVELS.find(([threshold]) => risk >= threshold)?.[1] ?? "INFO";
  return falsePositive >= FALSE_POSITIVE_SCORE && severity !== "INFO" ? "LOW" : severity;
}
