/** What becomes of the objects of stacks from a revision to what stands in this checkout. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { readStack } from "../../config/file";
import { ROOT, stackFile } from "../../config/project";
import { lines, messageOf, run } from "../../machine/run";
import { consequences } from "../../plan/consequences";
import { diffObjects, hideSecrets, isEmpty } from "../../plan/diff";
import { parseObjects, type KubernetesObject } from "../../plan/objects";
import { kubernetesVersion } from "../../plan/render";
import type { Report, StackReport } from "../../plan/report";
import { withCheckout, type Base } from "./base";

/** What prints a stack's objects, in any revision that has it. */
const RENDER = "cli/render.ts";

/**
 * Compares stacks with a revision. Each side is rendered by its own code, for what the program computes is a part of
 * what changes.
 *
 * @param env in which `helm` is the one that is meant
 */
export async function compareStacks(
  stacks: readonly string[],
  { commit, words }: Base,
  env: NodeJS.ProcessEnv,
): Promise<Omit<Report, "judged">> {
  const now = stacks.map((stack) => side("This checkout", render(ROOT, stack, env)));
  const before = withCheckout(commit, (dir) =>
    Promise.all(stacks.map((stack) => side(words, renderBase(dir, stack, env)))),
  ).catch((error: unknown) => stacks.map(() => ({ problem: `${words}: ${messageOf(error)}` })));
  const key = randomBytes(32);
  const sides = (await before).map(async (base, at) => [base, await now[at]] as const);
  const compared = (await Promise.all(sides)).map(([base, own], at) =>
    compareStack(stacks[at] ?? "", base, own ?? { problem: "" }, key),
  );
  return { base: words, stacks: compared };
}

/** The objects of a side, or why there are none. */
type Side = { readonly objects: readonly KubernetesObject[] } | { readonly problem: string };

async function side(name: string, manifest: Promise<string>): Promise<Side> {
  try {
    return { objects: parseObjects(await manifest) };
  } catch (error) {
    return { problem: `${name} does not render: ${messageOf(error)}` };
  }
}

function compareStack(stack: string, base: Side, own: Side, key: Buffer): StackReport {
  const problems = [base, own].flatMap((one) => ("problem" in one ? [one.problem] : []));
  if ("problem" in base || "problem" in own) {
    return { stack, problem: problems.join("\n") };
  }
  const [before, after] = [hideSecrets(base.objects, key), hideSecrets(own.objects, key)];
  const difference = diffObjects(before, after);
  const read = readStack(stack);
  return {
    stack,
    version: "config" in read ? kubernetesVersion(read.config) : undefined,
    difference,
    consequences: consequences(difference, { before, after }),
  };
}

async function render(dir: string, stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { ok, stdout, reason } = await run(
    process.execPath,
    ["--require", "tsx/cjs", RENDER, stack],
    { cwd: dir, env, why: ({ stderr }) => lines(stderr).slice(-12) },
  );
  if (!ok) {
    throw new Error(reason);
  }
  return stdout;
}

/** A stack that has a file only now is new: nothing of it was there. */
async function renderBase(dir: string, stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  if (!fs.existsSync(path.join(dir, RENDER))) {
    throw new Error(`it has no ${RENDER}, being older than it`);
  }
  const file = path.basename(stackFile(stack));
  return fs.existsSync(stackFile(stack)) && !fs.existsSync(path.join(dir, file))
    ? ""
    : render(dir, stack, env);
}

/** Whether a report says that something changes. */
export function hasChanges({ stacks }: Pick<Report, "stacks">): boolean {
  return stacks.some((report) => "difference" in report && !isEmpty(report.difference));
}

/** Stacks that a report lacks. */
export function failures({ stacks }: Pick<Report, "stacks">): string[] {
  return stacks.flatMap((report) => ("problem" in report ? [report.stack] : []));
}
