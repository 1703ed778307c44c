import { clamp, round } from "../../base/numbers.js";
import type { AdversarialDetectionResult, AnomalySeverity } from "../../contract/analysis.js";
import type { Evidence } from "../../contract/threat.js";
import {
  contextAgainstPriority,
  egressAgainstHistory,
  modelAgainstRules,
  priorityOutlier,
} from "./agreement.js";
import {
  anomaly,
  type Check,
  type DetectorInput,
  type Suspicion,
  type Vector,
} from "./evidence.js";
import { fabricatedNotes } from "./notes.js";
import {
  attackTool,
  egressToSource,
  instructions,
  privateAddressWithPlace,
  unexplainedVolume,
} from "./signal.js";
import { count, sentence } from "../../base/wording.js";

/** In the order in which, of equally heavy ones, they name the attack. */
const CHECKS: readonly Check[] = [
  fabricatedNotes,
  instructions,
  egressToSource,
  modelAgainstRules,
  contextAgainstPriority,
  egressAgainstHistory,
  priorityOutlier,
  privateAddressWithPlace,
  attackTool,
  unexplainedVolume,
];

/** What an anomaly adds to the risk. */
const ANOMALY_RISK: Readonly<Record<AnomalySeverity, number>> = {
  critical: 0.5,
  high: 0.3,
  medium: 0.15,
  low: 0.05,
};
const CONTRADICTION_RISK = 0.4;
/** One high anomaly, two of medium weight or a contradiction that is three quarters sure. */
const DETECTION_RISK = 0.3;
const NOTHING_CONFIDENCE = 0.8;

/** The signs that somebody tries to mislead the agents. */
export function suspect(evidence: DetectorInput): readonly Suspicion[] {
  const single = CHECKS.flatMap((check) => check(evidence));
  return [...single, ...coordinated(single)];
}

/** The signs as facts that can be looked up. */
export function suspicionEvidence(suspicions: readonly Suspicion[]): readonly Evidence[] {
  return suspicions.map(({ anomaly, contradiction, fields }) => ({
    fact: (anomaly ?? contradiction)?.description ?? "",
    fields,
  }));
}

/** What the signs are worth together. */
export function detectManipulation(suspicions: readonly Suspicion[]): AdversarialDetectionResult {
  const risk = round(clamp(suspicions.reduce((sum, suspicion) => sum + weight(suspicion), 0)));
  const detected = risk >= DETECTION_RISK;
  const heaviest = suspicions.reduce<Suspicion | null>(
    (best, next) => (best !== null && weight(best) >= weight(next) ? best : next),
    null,
  );
  const anomalies = suspicions.map((found) => found.anomaly).filter((found) => found !== undefined);
  const contradictions = suspicions
    .map((found) => found.contradiction)
    .filter((found) => found !== undefined);
  const vector = detected ? (heaviest?.vector ?? null) : null;
  return {
    manipulation_detected: detected,
    confidence: detected ? surest(suspicions) : NOTHING_CONFIDENCE,
    contradictions,
    anomalies,
    risk_score: risk,
    attack_vector: vector,
    recommendation: vector === null ? "No action needed" : RECOMMENDATIONS[vector],
    explanation: explain(detected, contradictions, anomalies),
  };
}

function weight({ anomaly, contradiction }: Suspicion): number {
  return (
    (anomaly === undefined ? 0 : ANOMALY_RISK[anomaly.severity]) +
    (contradiction === undefined ? 0 : CONTRADICTION_RISK * contradiction.confidence)
  );
}

/** Signs of weight that point different ways at once are one attack, and a graver one. */
function coordinated(single: readonly Suspicion[]): readonly Suspicion[] {
  const ways = [
    ...new Set(
      single.filter((found) => weight(found) >= DETECTION_RISK).map(({ vector }) => vector),
    ),
  ];
  return ways.length < 2
    ? []
    : [
        {
          vector: "coordinated_attack",
          fields: ["adversarial_detection.anomalies"],
          anomaly: anomaly({
            type: "coordinated_attack",
            description: `${ways.length} ways of misleading the analysis are used at once`,
            severity: "critical",
            indicators: ways,
            confidence: round(Math.min(0.95, 0.6 + 0.1 * ways.length)),
          }),
        },
      ];
}

function surest(suspicions: readonly Suspicion[]): number {
  return Math.max(
    ...suspicions.map(({ anomaly, contradiction }) =>
      Math.max(anomaly?.confidence ?? 0, contradiction?.confidence ?? 0),
    ),
  );
}

/** The verdict, and every fact that it rests on. */
function explain(
  detected: boolean,
  contradictions: AdversarialDetectionResult["contradictions"],
  anomalies: AdversarialDetectionResult["anomalies"],
): string {
  const facts = [...contradictions, ...anomalies].map(({ description }) => `${description}.`);
  if (facts.length === 0) {
    return "Nothing suggests that somebody tries to mislead the analysis.";
  }
  const found = sentence(
    `${count(contradictions.length, "contradiction")} and ${count(anomalies.length, "anomaly", "anomalies")}`,
  );
  const verdict = detected
    ? `${found} suggest that somebody tries to mislead the analysis.`
    : `${found}, too little to suggest manipulation.`;
  return [verdict, ...facts].join(" ");
}

const RECOMMENDATIONS: Readonly<Record<Vector, string>> = {
  note_poisoning: "Do not trust the notes; find out who wrote them, and judge the signal afresh",
  prompt_injection: "Treat every text of this signal as hostile; a person has to judge",
  agent_manipulation: "Compare the agents' views by hand before any action",
  context_manipulation: "Ask the customer by a known channel whether the explanation is true",
  egress_evasion: "Isolate the pods that tried to connect, and keep their logs",
  forged_telemetry: "Check the sensor and the path from it: the signal contradicts itself",
  tool_evasion: "Block the client, and look for quieter traffic behind it",
  volume_masking: "Look for a second attack behind the volume",
  coordinated_attack: "Escalate: several ways of misleading the analysis are used at once",
};
