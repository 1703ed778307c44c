/** How the commands say which rules a stack breaks. */
import pc from "picocolors";
import { findingText, isBroken, type Finding } from "../plan/rules/rule";
import { digestFor, isKept, rememberKept } from "../policy/judged";
import { Refusal } from "./pulumi";
import { useTools } from "./tools/environment";
import type { Found } from "./tools/find";

/** Exit code when a rule is broken. */
export const BROKEN = 3;

/** Prints findings. @returns whether no rule is broken; warnings are none */
export function keepsAll(findings: readonly Finding[]): boolean {
  for (const finding of findings) {
    const { severity } = finding.rule;
    const label = severity === "error" ? pc.red("error  ") : pc.yellow("warning");
    console.log(`${label}  ${findingText(finding).replaceAll("\n", "\n       ")}`);
  }
  return !isBroken(findings);
}

/** Judges a stack, unless nothing was found when it was last judged and nothing has changed since. */
async function judge(stack: string, tools: readonly Found[]): Promise<Finding[]> {
  const helm = tools.find(({ tool }) => tool.name === "helm");
  const digest = digestFor(stack, `${helm?.file} ${helm?.version}`);
  if (isKept(stack, digest)) {
    return [];
  }
  // Loaded where it is needed: it takes its time, and most runs of up do without.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx does not load TypeScript by import()
  const { judgeStack } = require("../policy/look") as typeof import("../policy/look");
  const findings = await judgeStack(stack);
  if (findings.length === 0) {
    rememberKept(stack, digest);
  }
  return findings;
}

/**
 * Begins to hold a stack against the rules, while something else is waited for.
 *
 * @param tools Helm among them
 * @returns what waits for the findings; it throws when the stack could not be looked at
 */
export function startJudging(stack: string, tools: readonly Found[]): () => Promise<Finding[]> {
  useTools(tools);
  const judging = judge(stack, tools);
  // Told to whoever waits for it; a command that ends before has told of something else.
  judging.catch(() => {});
  return () => judging;
}

/**
 * Lets nobody through whose stack breaks a rule.
 *
 * @throws Refusal
 */
export function assertKept(findings: readonly Finding[]): void {
  if (!keepsAll(findings)) {
    throw new Refusal(
      "Nothing was changed. Mend the errors above, or give a reason in policy/exemptions.yaml.",
      BROKEN,
    );
  }
}
