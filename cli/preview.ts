/** `npm run preview`: shows what `up` would do, which objects of the cluster change and how, and which rules are broken. */
import * as fs from "node:fs";
import pc from "picocolors";
import { messageOf } from "../machine/run";
import type { Judgement, Report } from "../plan/report";
import { findBase } from "./compare/base";
import { compareClusters } from "./compare/cluster";
import { compareStacks, failures, hasChanges, renderOwn, type Own } from "./compare/compare";
import { keepingFile, listStacks, makeStack, pulumi, pulumiEnvironment, Refusal } from "./pulumi";
import { htmlReport } from "./report/html";
import { markdownReport } from "./report/markdown";
import { textReport } from "./report/text";
import type { Request } from "./request";
import { BROKEN, judges, keepsAll, tellUnseen } from "./rules";
import { assertKnown } from "./stacks";
import { useTools } from "./tools/environment";
import { ensureTools } from "./tools/fetch";

/** Exit codes of a preview. */
const CODES = { same: 0, failed: 1, changed: 2, broken: BROKEN } as const;

/**
 * @returns 0 when no object changes, or there is nothing to compare with; 2 when some do; 3 when a rule is broken,
 *   whether they do or not; 1 when it could not look, which a stack with nothing in its cluster is where it was named
 */
export async function preview(request: Request): Promise<number> {
  const { stacks, named = false, extra, base: given, cluster = false } = request;
  if (cluster && given !== undefined) {
    throw new Refusal("npm run preview takes --base or --cluster, got both", 2);
  }
  const base = cluster ? undefined : await findBase(given);
  const tools = await ensureTools(["pulumi", "helm", ...(cluster ? (["kubectl"] as const) : [])]);
  const env = pulumiEnvironment(tools);
  useTools(tools);
  // Rendered while Pulumi looks, once for the comparison and the rules.
  const own = new Map(stacks.map((stack) => [stack, renderOwn(stack)]));
  // Told to whoever waits for it.
  own.forEach((rendering) => void rendering.catch(() => {}));
  const previewed = await previewStacks(stacks, extra, env);
  const compared = await (base === undefined
    ? compareClusters(own, env, { all: named })
    : "why" in base
      ? base
      : compareStacks(own, base, env));
  console.log(`\n${"why" in compared ? incomparable(compared.why) : textReport(compared)}`);
  const failed = "why" in compared ? [] : failures(compared);
  const { judged, kept } = await tellRules(own, failed);
  if (!("why" in compared)) {
    writeReports({ ...compared, judged }, request);
  }
  if (!previewed || failed.length > 0 || judged.length < stacks.length) {
    return CODES.failed;
  }
  if (!kept) {
    return CODES.broken;
  }
  return "why" in compared || !hasChanges(compared) ? CODES.same : CODES.changed;
}

const incomparable = (why: string) =>
  `Nothing to compare with, because ${why}: name a revision with --base.`;

function writeReports(report: Report, { html, markdown }: Request): void {
  if (html !== undefined) {
    fs.writeFileSync(html, htmlReport(report));
  }
  if (markdown !== undefined) {
    fs.writeFileSync(markdown, markdownReport(report));
  }
}

/**
 * Holds each stack against the rules, and prints what they say.
 *
 * @param told stacks of which it is said already why they cannot be looked at
 * @returns what they say, and whether all of them are kept
 */
async function tellRules(
  own: ReadonlyMap<string, Promise<Own>>,
  told: readonly string[],
): Promise<{ judged: readonly Judgement[]; kept: boolean }> {
  const judged: Judgement[] = [];
  let kept = true;
  for (const [stack, rendering] of own) {
    try {
      const { planned, rendered } = await rendering;
      const { findings, unseen } = judges().judgeRendered(planned, rendered);
      judged.push({ stack, findings });
      const verdict = findings.length === 0 ? "keeps all rules" : "rules";
      console.log(pc.bold(`\nStack ${stack}: ${verdict}`));
      kept = keepsAll(findings) && kept;
      tellUnseen(unseen);
    } catch (error) {
      if (!told.includes(stack)) {
        const why = `Stack ${stack} cannot be held against the rules: ${messageOf(error)}`;
        console.error(`\n${pc.red("error")}  ${why}`);
      }
    }
  }
  return { judged, kept };
}

/** Pulumi's own preview of stacks. @returns whether all of them succeeded */
async function previewStacks(
  stacks: readonly string[],
  extra: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const existing = await listStacks(env);
  for (const stack of stacks) {
    await assertKnown(stack, () => Promise.resolve(existing));
  }
  let all = true;
  for (const stack of stacks) {
    console.log(pc.bold(`\nStack ${stack}`));
    const code = await keepingFile(stack, async () => {
      if (!existing.includes(stack)) {
        await makeStack(stack, env);
      }
      return pulumi(env, ["preview", "--non-interactive", "--stack", stack, ...extra]);
    });
    all &&= code === 0;
  }
  return all;
}
