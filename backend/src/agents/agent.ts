import { round } from "../base/numbers.js";
import type { Evidence } from "../contract/threat.js";
import type { AgentInput, Finding, ToldInput } from "../threats/finding.js";

/** One specialist: judges a signal from its own point of view. Pure; throws if it cannot judge. */
export type Agent = (input: ToldInput) => Finding | Promise<Finding>;

/** An agent that judges by rules alone, at once. */
export type RuleAgent = (input: AgentInput) => Finding;

/** A reason found by a rule, and what it adds to the risk. */
export interface Reason {
  readonly text: string;
  readonly risk: number;
  /** Where it can be looked up, see {@link Evidence}. */
  readonly fields: readonly string[];
  /** The technique of MITRE ATT&CK that it is evidence for. */
  readonly technique?: string;
}

/** The reasons that apply, i.e. those whose condition held. */
export function reasons(...candidates: readonly (Reason | false)[]): readonly Reason[] {
  return candidates.filter((candidate) => candidate !== false);
}

/** The sum of what the reasons add. */
export function riskOf(found: readonly Reason[]): number {
  return round(found.reduce((sum, reason) => sum + reason.risk, 0));
}

/** The reasons as facts that can be looked up. */
export function evidenceOf(found: readonly Reason[]): readonly Evidence[] {
  return found.map(({ text, fields }) => ({ fact: text, fields }));
}
