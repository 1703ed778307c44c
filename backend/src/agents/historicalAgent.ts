import type { IntelMatch, ThreatSignal } from "../contract/signal.js";
import { inMetadata } from "../threats/evidence.js";
import { peoplesWord, type PastThreat, type PeoplesWord } from "../threats/history.js";
import { isTestFile } from "../threats/intel.js";
import { claimsHarmless } from "../threats/untrusted.js";
import { word } from "../threats/facts.js";
import { clamp, round } from "../base/numbers.js";
import { count } from "../base/wording.js";
import { evidenceOf, reasons, riskOf, type Reason, type RuleAgent } from "./agent.js";

/** Earlier threats that are cited, and that make it surer. */
const MAX_MATCHES = 5;
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
export const historicalAgent: RuleAgent = ({ signal, facts, intel, history, alike: before }) => {
  const people = peoplesWord(before);
  const decided = people.asFalse.length + people.asReal.length;
  const repeated = history.filter(
    (past) =>
      past.confirmed === true && facts.sourceIp !== null && past.sourceIp === facts.sourceIp,
  );
  const reassuring = history.filter((past) => reassures(past, signal)).length;
  const found = reasons(
    ...intel.map((match) => known(match, signal)),
    ...decisions(people),
    reassuring >= MIN_NOTES && {
      text: `${reassuring} notes on such threats against ${signal.customer_name} call them harmless`,
      risk: -0.15,
      fields: ["signal.customer_name", "signal.threat_type"],
    },
    repeated.length > 0 && {
      text: `${facts.sourceIp ?? ""} was behind ${count(repeated.length, "confirmed threat")}`,
      risk: 0.1,
      fields: [
        ...inMetadata(signal, "source_ip"),
        ...repeated.slice(0, MAX_MATCHES).flatMap(fieldOf),
      ],
    },
    ...before.filter(onlyNoted).slice(0, 1).map(noted),
  );
  return {
    analysis:
      before.length === 0
        ? "Nothing similar has been seen before."
        : `${count(before.length, "similar threat")} seen before, ${decided} decided by people.`,
    confidence: round(clamp(0.6 + 0.06 * Math.min(MAX_MATCHES, decided))),
    findings: found.map((reason) => reason.text),
    recommendations:
      repeated.length > 0
        ? ["Consider a lasting block of the repeating address"]
        : ["Keep for correlation"],
    sources: ["people's decisions", "threat intelligence"],
    risk: riskOf(found),
    evidence: evidenceOf(found),
    output: {
      similar_incidents_found: before.length,
      pattern_match_score: before.length === 0 ? 0 : round(decided / before.length),
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
function decisions({ asFalse, asReal, says }: PeoplesWord): readonly Reason[] {
  if (says === null) {
    return [];
  }
  const falseAlarm = says === "false";
  const agreeing = falseAlarm ? asFalse : asReal;
  const weight = Math.min(MAX_DECISION_RISK, DECISION_RISK + FURTHER_RISK * (agreeing.length - 1));
  const who = agreeing.flatMap(({ decision }) => (decision ? [decision] : []))[0];
  const last = who === undefined ? "" : `, last ${who.by} at ${who.at}`;
  const note = who?.note ? `: "${who.note}"` : "";
  return [
    {
      text: `People called ${agreeing.length} of ${count(asFalse.length + asReal.length, "such threat")} ${says}${last}${note}`,
      risk: falseAlarm ? -weight : weight,
      fields: ["signal", ...agreeing.slice(0, MAX_MATCHES).flatMap(fieldOf)],
    },
  ];
}

const onlyNoted = ({ decision }: PastThreat): boolean => decision?.field === "note";

/** What a person wrote of the same: told, but not weighed, since it is not read. */
function noted(past: PastThreat): Reason {
  const { by = "", at = "", note = "" } = past.decision ?? {};
  return {
    text: `${by} wrote of such a threat at ${at}: "${note}"`,
    risk: 0,
    fields: fieldOf(past),
  };
}

function fieldOf({ decision }: PastThreat): readonly string[] {
  return decision === undefined ? [] : [`threats/${decision.threatId}/${decision.field}`];
}

function reassures({ note, customer, threatType }: PastThreat, signal: ThreatSignal): boolean {
  return (
    note !== undefined &&
    customer === signal.customer_name &&
    threatType === signal.threat_type &&
    claimsHarmless(note)
  );
}
