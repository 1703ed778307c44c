/** How the commands say which rules a stack breaks. */
import pc from "picocolors";
import { findingText, isBroken } from "../plan/rules/judge";
import type { Finding } from "../plan/rules/rule";
import { judgeStack } from "../policy/look";
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

/**
 * Begins to hold a stack against the rules, while something else is waited for.
 *
 * @param tools Helm among them
 * @returns what waits for the findings; it throws when the stack could not be looked at
 */
export function startJudging(stack: string, tools: readonly Found[]): () => Promise<Finding[]> {
  useTools(tools);
  const judging = judgeStack(stack);
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
