import type { PastThreat } from "../threats/history.js";
import { claimsHarmless } from "../threats/untrusted.js";
import { clamp, round } from "../base/numbers.js";
import { reasons, riskOf, type RuleAgent } from "./agent.js";
import type { AgentInput } from "../threats/finding.js";
import { count } from "../base/wording.js";

const MAX_MATCHES = 5;
const DAY_MS = 24 * 60 * 60 * 1000;
/** So many notes have to agree before their word counts. */
const MIN_NOTES = 3;
/** What the surest hit in a feed adds to the risk. */
const INTEL_RISK = 0.25;

/** Looks for earlier threats of the same kind, customer or address, and for known indicators. */
export const historicalAgent: RuleAgent = (input) => {
  const { signal, facts, intel } = input;
  const { matches, sameCustomerToday, reassuring } = lookBack(input);
  const repeated = matches.filter(
    ({ past }) =>
      past.sourceIp === facts.sourceIp && facts.sourceIp !== null && !past.falsePositive,
  ).length;
  const falsePositives = matches.filter(({ past }) => past.falsePositive).length;

  const found = reasons(
    ...intel.map((match) => ({
      text: `Known ${match.ioc_type} ${match.ioc_value}: ${match.description}`,
      risk: round(INTEL_RISK * clamp(match.confidence)),
    })),
    reassuring >= MIN_NOTES && {
      text: `${reassuring} notes on such threats against ${signal.customer_name} call them harmless`,
      risk: -0.15,
    },
    repeated > 0 && {
      text: `${facts.sourceIp ?? ""} was behind ${count(repeated, "earlier threat")}`,
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
        : `${count(matches.length, "similar threat")} seen before, match ${score}.`,
    confidence: round(clamp(0.6 + 0.06 * matches.length)),
    findings: found.map((reason) => reason.text),
    recommendations:
      repeated > 0
        ? ["Consider a lasting block of the repeating address"]
        : ["Keep for correlation"],
    sources: ["threat history", "threat intelligence"],
    risk: riskOf(found),
    output: { similar_incidents_found: matches.length, pattern_match_score: score },
  };
};

interface Match {
  readonly past: PastThreat;
  readonly similarity: number;
}

/** What a single walk through the history finds; it runs for every signal, so it makes no copies. */
function lookBack(input: AgentInput) {
  const { signal, history, now } = input;
  const similar: Match[] = [];
  let sameCustomerToday = 0;
  let reassuring = 0;
  for (const past of history) {
    const match = { past, similarity: similarity(past, input) };
    if (match.similarity > 0) {
      similar.push(match);
    }
    if (past.customer === signal.customer_name) {
      sameCustomerToday += now - past.at < DAY_MS && !past.falsePositive ? 1 : 0;
      reassuring += past.threatType === signal.threat_type && reassures(past) ? 1 : 0;
    }
  }
  const matches = similar.sort((a, b) => b.similarity - a.similarity).slice(0, MAX_MATCHES);
  return { matches, sameCustomerToday, reassuring };
}

function reassures({ note }: PastThreat): boolean {
  return note !== undefined && claimsHarmless(note);
}

/** 0 (unrelated) to 1 (same kind, same customer, same address). */
function similarity(past: PastThreat, { signal, facts }: AgentInput): number {
  return (
    (past.threatType === signal.threat_type ? 0.4 : 0) +
    (past.customer === signal.customer_name ? 0.3 : 0) +
    (facts.sourceIp !== null && past.sourceIp === facts.sourceIp ? 0.3 : 0)
  );
}
