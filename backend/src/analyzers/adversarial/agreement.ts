import { round } from "../../base/numbers.js";
import { inMetadata } from "../../threats/evidence.js";
import { STATEMENTS } from "../../threats/facts.js";
import { claimsHarmless } from "../../threats/untrusted.js";
import { AGENT_KEYS } from "../../contract/analysis.js";
import { severityOfRisk } from "../../threats/severity.js";
import { anomaly, contradiction, snippet, type Check } from "./evidence.js";
import { count } from "../../base/wording.js";

/** From this risk on the priority agent says HIGH. */
const GRAVE = 0.6;
/** How far a model's risk may lie from what the rules find before it is suspect. */
const MODEL_GAP = 0.35;
/** What the other agents together have to find for the priority agent to be an outlier. */
const OUTLIER_GAP = 0.35;
const MINOR = 0.15;

/**
 * The context calls harmless what the priority agent calls grave. If the context rests on somebody's word
 * that weighs heavily; a circumstance that is known of the industry alone is no sign of manipulation.
 */
export const contextAgainstPriority: Check = ({ input, findings: { context, priority } }) => {
  const claimed = input.facts.statements.some(claimsHarmless);
  if ((context.risk >= 0 && !claimed) || priority.risk < GRAVE) {
    return [];
  }
  const severity = severityOfRisk(priority.risk);
  return [
    {
      vector: "context_manipulation",
      fields: [
        ...inMetadata(input.signal, ...STATEMENTS),
        "agent_analyses.context.key_findings",
        "agent_analyses.priority.key_findings",
      ],
      contradiction: contradiction({
        agents: ["context", "priority"],
        description: `The context speaks for harmless, the signal by itself for ${severity}`,
        severity_mismatch: `context: benign, priority: ${severity}`,
        confidence: round(claimed ? Math.min(0.95, 0.5 + 0.5 * priority.risk) : 0.4),
        context_analysis_snippet: snippet(context),
        priority_analysis_snippet: snippet(priority),
      }),
    },
  ];
};

/** The priority agent sees next to nothing while the others together see a threat. */
export const priorityOutlier: Check = ({ findings }) => {
  const others = AGENT_KEYS.filter((key) => key !== "priority")
    .map((key) => Math.max(0, findings[key].risk))
    .reduce((sum, risk) => sum + risk, 0);
  const { priority } = findings;
  if (priority.risk >= MINOR || others < OUTLIER_GAP) {
    return [];
  }
  return [
    {
      vector: "agent_manipulation",
      fields: ["agent_analyses.priority.key_findings"],
      anomaly: anomaly({
        type: "priority_outlier",
        description: `The other agents find a risk of ${round(others)}, the priority agent only ${priority.risk}`,
        severity: "medium",
        indicators: [snippet(priority)],
        confidence: round(Math.min(0.95, 0.5 + others - priority.risk)),
      }),
    },
  ];
};

/** A model judges a signal far milder (grave) or far more gravely (less so) than the rules do. */
export const modelAgainstRules: Check = ({ findings }) =>
  AGENT_KEYS.flatMap((key) => {
    const { risk, ruleRisk = risk } = findings[key];
    const gap = ruleRisk - risk;
    if (Math.abs(gap) < MODEL_GAP) {
      return [];
    }
    return [
      {
        vector: "agent_manipulation" as const,
        fields: [`agent_analyses.${key}.raw_output`],
        anomaly: anomaly({
          type: "model_outlier",
          description: `The model's ${key} agent finds a risk of ${risk}, the rules ${ruleRisk}`,
          severity: gap > 0 ? "high" : "medium",
          indicators: [snippet(findings[key])],
          confidence: round(Math.min(0.95, 0.4 + Math.abs(gap))),
        }),
      },
    ];
  });

/** History speaks for harmless while connections to the outside are being blocked. */
export const egressAgainstHistory: Check = ({
  findings: { historical },
  egress: { fresh, destinations },
}) => {
  if (historical.risk >= 0 || fresh === 0) {
    return [];
  }
  return [
    {
      vector: "egress_evasion",
      fields: ["agent_analyses.historical.key_findings"],
      contradiction: contradiction({
        agents: ["historical", "egress_monitor"],
        description: `History speaks for harmless, but ${count(fresh, "connection")} to the outside ${fresh === 1 ? "was" : "were"} blocked in the last minutes`,
        severity_mismatch: "historical: benign, egress: blocked",
        confidence: round(Math.min(0.95, 0.7 + 0.05 * fresh)),
        historical_analysis_snippet: snippet(historical),
        metadata: { destinations },
      }),
    },
  ];
};
