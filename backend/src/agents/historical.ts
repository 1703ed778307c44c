import type { PastThreat } from "../threats/history.js";
import { clamp, reasons, riskOf, round, type Agent, type AgentInput } from "./agent.js";

const MAX_MATCHES = 5;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Looks for earlier threats of the same kind, customer or address. */
export const historical: Agent = (input) => {
  const { signal, facts, history, now } = input;
  const matches = history
    .map((past) => ({ past, similarity: similarity(past, input) }))
    .filter((match) => match.similarity > 0)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, MAX_MATCHES);
  const sameCustomerToday = history.filter(
    (past) => past.customer === signal.customer_name && now - past.at < DAY_MS,
  ).length;
  const repeated = matches.filter(
    ({ past }) =>
      past.sourceIp === facts.sourceIp && facts.sourceIp !== null && !past.falsePositive,
  ).length;
  const falsePositives = matches.filter(({ past }) => past.falsePositive).length;

  const found = reasons(
    repeated > 0 && {
      text: `${facts.sourceIp ?? ""} was behind ${repeated} earlier threat(s)`,
      risk: 0.1,
    },
    sameCustomerToday >= 3 && {
      text: `${sameCustomerToday} threats against ${signal.customer_name} within a day`,
      risk: 0.05,
    },
    falsePositives * 2 > matches.length && {
      text: `${falsePositives} of ${matches.length} similar threats were false positives`,
      risk: -0.2,
    },
  );
  const score = round(
    matches.reduce((sum, match) => sum + match.similarity, 0) / (matches.length || 1),
  );
  return {
    analysis:
      matches.length === 0
        ? "Nothing similar has been seen before."
        : `${matches.length} similar threat(s) seen before, match ${score}.`,
    confidence: round(clamp(0.6 + 0.06 * matches.length)),
    findings: found.map((reason) => reason.text),
    recommendations:
      repeated > 0
        ? ["Consider a lasting block of the repeating address"]
        : ["Keep for correlation"],
    sources: ["threat history"],
    risk: riskOf(found),
    output: { similar_incidents_found: matches.length, pattern_match_score: score },
  };
};

/** 0 (unrelated) to 1 (same kind, same customer, same address). */
function similarity(past: PastThreat, { signal, facts }: AgentInput): number {
  return (
    (past.threatType === signal.threat_type ? 0.4 : 0) +
    (past.customer === signal.customer_name ? 0.3 : 0) +
    (facts.sourceIp !== null && past.sourceIp === facts.sourceIp ? 0.3 : 0)
  );
}
