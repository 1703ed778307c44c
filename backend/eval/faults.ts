import type { RuleAgent } from "../src/agents/agent.js";
import { AGENTS } from "../src/agents/ruleAgents.js";
import type { AgentKey } from "../src/contract/analysis.js";
import type { AgentInput, Finding } from "../src/threats/finding.js";
import type { Judges } from "./judge.js";

/** A rule that is broken in one way, as a change of the program could break it. */
export interface Fault {
  readonly what: string;
  readonly judges: Judges;
}

/** The rules with one agent changed. */
function changed(key: AgentKey, agent: (rule: RuleAgent) => RuleAgent): Judges {
  return { agents: { ...AGENTS, [key]: agent(AGENTS[key]) } };
}

/** A rule that sees something else than there is. */
const seeing =
  (change: (input: AgentInput) => AgentInput) =>
  (rule: RuleAgent): RuleAgent =>
  (input) =>
    rule(change(input));

/** A rule that finds something else than it should. */
const finding =
  (change: (found: Finding, input: AgentInput) => Finding) =>
  (rule: RuleAgent): RuleAgent =>
  (input) =>
    change(rule(input), input);

/** Faults of the kinds that were in the rules once; each has to fail the eval. */
export const FAULTS: readonly Fault[] = [
  {
    what: "the source's level does not count",
    judges: changed(
      "priority",
      seeing((input) => ({ ...input, facts: { ...input.facts, sourceSeverity: null } })),
    ),
  },
  {
    what: "nothing but the source's level is looked at",
    judges: changed(
      "priority",
      seeing((input) => ({
        ...input,
        proofs: [],
        signal: {
          ...input.signal,
          mitre_hints: [],
          metadata: {},
        },
      })),
    ),
  },
  {
    what: "automatic verdicts count as confirmed",
    judges: changed(
      "historical",
      seeing((input) => ({
        ...input,
        past: {
          ...input.past,
          alike_false: { count: 0, cited: [], last: null },
          alike_real: { ...input.past.alike_real, count: input.past.alike },
        },
      })),
    ),
  },
  {
    what: "every indicator is a sign, whatever it says",
    judges: changed(
      "priority",
      finding((found, { signal }) => {
        const listed = signal.metadata["indicators"];
        return { ...found, risk: found.risk + (Array.isArray(listed) ? 0.12 * listed.length : 0) };
      }),
    ),
  },
  {
    what: "facts come without their fields",
    judges: changed(
      "priority",
      finding((found) => ({
        ...found,
        evidence: (found.evidence ?? []).map(({ fact }) => ({ fact, fields: [] })),
      })),
    ),
  },
  {
    what: "nobody looks for attempts to mislead the analysis",
    judges: { detect: () => [] },
  },
];
