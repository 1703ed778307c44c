import type { LookedBack, Opinion } from "../contract/seen.js";
import type { IntelMatch, ThreatSignal } from "../contract/signal.js";
import { inMetadata } from "../threats/evidence.js";
import { isTestFile } from "../threats/intel.js";
import { peoplesWord } from "../threats/lookBack.js";
import { claimsHarmless } from "../threats/untrusted.js";
import { word } from "../threats/facts.js";
import { clamp, round } from "../base/numbers.js";
import { count } from "../base/wording.js";
import { evidenceOf, reasons, riskOf, type Reason, type RuleAgent } from "./agent.js";

/** Decisions that make it surer. */
const MAX_DECIDED = 5;
/** So many notes have to agree before their word counts. */
const MIN_NOTES = 3;
/** What the surest hit in a feed adds to the risk. */
const INTEL_RISK = 0.25;
/** What a file adds with which virus scanners are tested. */
const TEST_FILE_RISK = -0.3;
/** What the first decision of a person adds or takes away, and each further one of the same mind. */
const DECISION_RISK = 0.15;
const FURTHER_RISK = 0.05;
const MAX_DECISION_RISK = 0.25;

/**
 * Looks at what people have decided of the same before, and for known indicators. What the analysis itself
 * thought of earlier threats is no history: it would cite its own guesses.
 */
export const historicalAgent: RuleAgent = ({ signal, facts, intel, past }) => {
  const { alike, address_real: repeated, alike_noted: noted } = past;
  const decided = past.alike_false.count + past.alike_real.count;
  const reassuring = past.notes.filter(
    ({ note, same_type }) => same_type && claimsHarmless(note),
  ).length;
  const found = reasons(
    ...intel.map((match) => known(match, signal)),
    ...decisions(past),
    reassuring >= MIN_NOTES && {
      text: `${reassuring} notes on such threats against ${signal.customer_name} call them harmless`,
      risk: -0.15,
      fields: ["signal.customer_name", "signal.threat_type"],
    },
    repeated.count > 0 && {
      text: `${facts.sourceIp ?? ""} was behind ${count(repeated.count, "confirmed threat")}`,
      risk: 0.1,
      fields: [...inMetadata(signal, "source_ip"), ...repeated.cited],
    },
    noted.last !== null && {
      // Told, but not weighed, since it is not read.
      text: `${noted.last.by} wrote of such a threat at ${noted.last.at}: "${noted.last.note}"`,
      risk: 0,
      fields: noted.cited.slice(0, 1),
    },
  );
  return {
    analysis:
      alike === 0
        ? "Nothing similar has been seen before."
        : `${count(alike, "similar threat")} seen before, ${decided} decided by people.`,
    confidence: round(clamp(0.6 + 0.06 * Math.min(MAX_DECIDED, decided))),
    findings: found.map((reason) => reason.text),
    recommendations:
      repeated.count > 0
        ? ["Consider a lasting block of the repeating address"]
        : ["Keep for correlation"],
    sources: ["people's decisions", "threat intelligence"],
    risk: riskOf(found),
    evidence: evidenceOf(found),
    output: {
      similar_incidents_found: alike,
      pattern_match_score: alike === 0 ? 0 : round(decided / alike),
    },
  };
};

function known(match: IntelMatch, signal: ThreatSignal): Reason {
  const indicator = match.ioc_value.toLowerCase();
  const named = Object.keys(signal.metadata).filter((key) => {
    const value = (word(signal.metadata, key) ?? "").toLowerCase();
    // The version of a package may have a field of its own.
    return value !== "" && (indicator === value || indicator.startsWith(`${value}@`));
  });
  return {
    text: `Known ${match.ioc_type} ${match.ioc_value}: ${match.description}`,
    risk: isTestFile(match) ? TEST_FILE_RISK : round(INTEL_RISK * clamp(match.confidence)),
    fields: ["intel_matches", ...inMetadata(signal, ...named)],
  };
}

/** What most people have decided; where they differ, that it is real. */
function decisions({ alike_false: asFalse, alike_real: asReal }: LookedBack): readonly Reason[] {
  const says = peoplesWord(asFalse.count, asReal.count);
  if (says === null) {
    return [];
  }
  const falseAlarm = says === "false";
  const agreeing: Opinion = falseAlarm ? asFalse : asReal;
  const weight = Math.min(MAX_DECISION_RISK, DECISION_RISK + FURTHER_RISK * (agreeing.count - 1));
  const who = agreeing.last;
  const last = who === null ? "" : `, last ${who.by} at ${who.at}`;
  const note = who?.note ? `: "${who.note}"` : "";
  return [
    {
      text: `People called ${agreeing.count} of ${count(asFalse.count + asReal.count, "such threat")} ${says}${last}${note}`,
      risk: falseAlarm ? -weight : weight,
      fields: ["signal", ...agreeing.cited],
    },
  ];
}
