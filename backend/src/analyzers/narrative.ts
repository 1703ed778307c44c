import type { Finding } from "../threats/finding.js";
import type { AdversarialDetectionResult, FalsePositiveScore } from "../contract/analysis.js";
import type { ThreatSeverity, ThreatSignal } from "../contract/signal.js";
import { humanName } from "../base/wording.js";

const GRAVE: readonly ThreatSeverity[] = ["HIGH", "CRITICAL"];

/** The result in a few sentences for an analyst: the weightiest evidence first. */
export function summarize(
  signal: ThreatSignal,
  severity: ThreatSeverity,
  falsePositive: FalsePositiveScore,
  findings: readonly Finding[],
): string {
  const weightiest = findings
    .filter((finding) => finding.findings.length > 0)
    .sort((a, b) => Math.abs(b.risk) - Math.abs(a.risk))
    .flatMap((finding) => finding.findings.slice(0, 2))
    .slice(0, 3);
  const evidence = weightiest.length > 0 ? ` ${weightiest.join(". ")}.` : "";
  const replaced = new Set(findings.map(({ fallback }) => fallback).filter((why) => why));
  const byRules =
    replaced.size === 0
      ? ""
      : ` Judged by rules, since the model did not: ${[...replaced].join(", ")}.`;
  return (
    `${severity} ${humanName(signal.threat_type)} against ${signal.customer_name}.${evidence}` +
    ` Probability of a false positive: ${Math.round(falsePositive.score * 100)} %.${byRules}`
  );
}

/** The result in the words in which the customer may hear of it: no internals, no guesses. */
export function narrate(
  signal: ThreatSignal,
  severity: ThreatSeverity,
  slaMinutes: number,
): string {
  return (
    `We have seen ${humanName(signal.threat_type)} aimed at ${signal.customer_name}. ` +
    (GRAVE.includes(severity)
      ? `Our analysts act on it within ${slaMinutes} minutes and will contact you.`
      : "We keep watching it; you need not do anything.")
  );
}

/** What a person has to know to decide whether to look at it. */
export interface ReviewFacts {
  readonly severity: ThreatSeverity;
  readonly falsePositive: FalsePositiveScore;
  readonly detection: AdversarialDetectionResult | null;
  /** The agents that could not judge. */
  readonly failedAgents: readonly string[];
  /** The priority agent asks for a person. */
  readonly asked: boolean;
  /** A model finds it milder than the rules do. */
  readonly milder: boolean;
  /** What the signal weighs by itself. */
  readonly bySignal: ThreatSeverity;
}

/** Why a person has to look at it; null if nobody has to. */
export function whyReview(facts: ReviewFacts): string | null {
  const { severity, falsePositive, detection, failedAgents, asked, milder, bySignal } = facts;
  const doubtful = falsePositive.recommendation;
  const why = [
    ...(severity === "CRITICAL" ? ["Critical severity"] : []),
    ...(severity === "HIGH" && doubtful === "needs_review"
      ? ["High severity, but possibly a false positive"]
      : []),
    ...(GRAVE.includes(bySignal) && doubtful === "likely_false_positive"
      ? ["A grave signal that looks like a false positive"]
      : []),
    ...(detection?.manipulation_detected === true
      ? [`Possible manipulation: ${humanName(detection.attack_vector ?? "unknown_way")}`]
      : []),
    ...(asked ? ["The priority agent asks for it"] : []),
    ...(milder ? ["The model finds it milder than the rules do"] : []),
    ...(failedAgents.length > 0 ? [`Failed agents: ${failedAgents.join(", ")}`] : []),
  ];
  return why.length > 0 ? why.join("; ") : null;
}
