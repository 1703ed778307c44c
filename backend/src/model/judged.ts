import type { Finding } from "../threats/finding.js";
import type { Answer } from "./answers.js";

/**
 * What an agent found by a model: beside it stands what the rules find, for the detector to compare.
 *
 * @param source names the model
 */
export function byModel(rules: Finding, answer: Answer, source: string): Finding {
  const sources = [...rules.sources, source];
  return { ...answer, sources, ruleRisk: rules.risk, evidence: rules.evidence ?? [] };
}

/** What the rules found in the place of a model that did not judge. */
export function byRules(rules: Finding, failure: string): Finding {
  return {
    ...rules,
    analysis: `${rules.analysis} Judged by rules, since the model did not: ${failure}.`,
    sources: [...rules.sources, "rules in place of the model"],
    output: { ...rules.output, fallback: failure },
    fallback: failure,
  };
}
