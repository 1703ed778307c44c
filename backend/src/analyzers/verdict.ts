import { clamp, round } from "../base/numbers.js";
import type { ThreatSeverity } from "../contract/signal.js";
import { severityOfRisk } from "../threats/severity.js";

/** From this score on a threat counts as a false positive. */
export const FALSE_POSITIVE_SCORE = 0.7;

/** What the analysis makes of all findings together. */
export interface Verdict {
  /** 0 to 1. */
  readonly risk: number;
  readonly severity: ThreatSeverity;
}

/**
 * Weighs what the agents found against the doubt whether it is a threat at all. What is likely none is
 * never more than LOW.
 *
 * @param risks what each agent adds, or takes away
 * @param falsePositive the false-positive score; only what exceeds an even chance counts as doubt
 * @param deceived whether somebody tries to mislead the agents: then nothing is believed that speaks
 *   for harmless
 */
export function judge(risks: readonly number[], falsePositive: number, deceived: boolean): Verdict {
  if (deceived) {
    const risk = total(risks.map((value) => Math.max(0, value)));
    return { risk, severity: severityOfRisk(risk) };
  }
  const risk = total([...risks, -Math.max(0, falsePositive - 0.5)]);
  const severity = severityOfRisk(risk);
  const likelyNothing = falsePositive >= FALSE_POSITIVE_SCORE && severity !== "INFO";
  return { risk, severity: likelyNothing ? "LOW" : severity };
}

function total(risks: readonly number[]): number {
  return round(clamp(risks.reduce((sum, risk) => sum + risk, 0)));
}
