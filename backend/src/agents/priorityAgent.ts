import { severityOfRisk } from "../threats/severity.js";
import { techniqueOf } from "../threats/techniques.js";
import { clamp, round } from "../base/numbers.js";
import { evidenceOf, riskOf, type RuleAgent } from "./agent.js";
import { baseRisk, gravity } from "./gravity.js";
import { humanName } from "../base/wording.js";

/** How sure a technique is for which a rule sees evidence. */
const TECHNIQUE_CONFIDENCE = 0.8;

/** Judges how grave the signal is by itself. */
export const priorityAgent: RuleAgent = (input) => {
  const { signal } = input;
  const base = baseRisk(input);
  const found = gravity(input);
  const risk = round(clamp(base.risk + riskOf(found)));
  const severity = severityOfRisk(risk);
  const techniques = [
    ...new Set(found.map(({ technique }) => technique).filter((id) => id !== undefined)),
  ];
  return {
    analysis: `Taken by itself, this ${humanName(signal.threat_type)} signal weighs ${risk} of 1.`,
    confidence: round(clamp(0.7 + 0.06 * found.length, 0, 0.95)),
    findings: [...(input.facts.sourceSeverity === null ? [] : [base]), ...found].map(
      (reason) => reason.text,
    ),
    evidence: evidenceOf([base, ...found]),
    recommendations: risk >= 0.6 ? ["Treat before other work"] : ["Treat in normal order"],
    sources: ["signal"],
    risk,
    techniques: techniques.map((id) => ({ id, confidence: TECHNIQUE_CONFIDENCE })),
    output: {
      base_risk: base.risk,
      risk,
      severity,
      mitre_tactics: [...new Set(techniques.map((id) => techniqueOf(id)?.tacticId))],
      mitre_techniques: techniques,
      requires_human_review: severity === "CRITICAL",
    },
  };
};
