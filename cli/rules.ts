/** How the commands say which rules a stack breaks. */
import pc from "picocolors";
import { wantedBlocks } from "../config/addOns";
import type { Reading } from "../config/file";
import { findingText, isBroken, type Finding } from "../plan/rules/rule";
import { unseenLines } from "../plan/rendered";
import { digestFor, isKept, rememberKept } from "../policy/judged";
import type { Verdict } from "../policy/look";
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

/** Says what the rules were not held against. */
export function tellUnseen(unseen: Verdict["unseen"]): void {
  for (const line of unseenLines(unseen)) {
    console.log(`${pc.yellow("warning")}  Not held against the rules: ${line}`);
  }
}

/** What judges, loaded where it is needed: it takes its time, and most runs of up do without. */
export function judges(): typeof import("../policy/look") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx does not load TypeScript by import()
  return require("../policy/look") as typeof import("../policy/look");
}

/** Judges a stack, unless nothing was found when it was last judged and nothing has changed since. */
async function judge(stack: string, reading: Reading, tools: readonly Found[]): Promise<Verdict> {
  const helm = tools.find(({ tool }) => tool.name === "helm");
  const charts =
    "config" in reading
      ? wantedBlocks(reading.config).map((block) => reading.config[block].source.chart)
      : [];
  const digest = digestFor(stack, `${helm?.file} ${helm?.version}`, charts);
  if (isKept(stack, digest)) {
    return { findings: [], unseen: {} };
  }
  const verdict = await judges().judgeStack(stack);
  // What another chart of an add-on breaks is told once: it is not the project's to mend.
  if (verdict.findings.every(({ addOn, rule }) => addOn && rule.severity === "warning")) {
    rememberKept(stack, digest);
  }
  return verdict;
}

/**
 * Begins to hold a stack against the rules, while something else is waited for.
 *
 * @param reading the stack's file
 * @param tools Helm among them
 * @returns what waits for the verdict; it throws when the stack could not be looked at
 */
export function startJudging(
  stack: string,
  reading: Reading,
  tools: readonly Found[],
): () => Promise<Verdict> {
  useTools(tools);
  const judging = judge(stack, reading, tools);
  // Told to whoever waits for it; a command that ends before has told of something else.
  judging.catch(() => {});
  return () => judging;
}

/**
 * Lets nobody through whose stack breaks a rule.
 *
 * @throws Refusal
 */
export function assertKept({ findings, unseen }: Verdict): void {
  tellUnseen(unseen);
  if (!keepsAll(findings)) {
    throw new Refusal(
      "Nothing was changed. Mend the errors above, or give a reason in policy/exemptions.yaml.",
      BROKEN,
    );
  }
}
