/** What becomes of the objects of stacks from a revision to what stands in this checkout. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stackFile } from "../../config/project";
import { lines, messageOf, run } from "../../machine/run";
import { consequences } from "../../plan/consequences";
import { diffObjects, hideSecrets, isEmpty } from "../../plan/diff";
import { addOnReleases, kubernetesVersion, renderReleases } from "../../plan/render";
import { readRendered, seenByBoth, type Rendered, type SeenByBoth } from "../../plan/rendered";
import { renderedFor, type Comparison, type Report, type StackReport } from "../../plan/report";
import { planStack, type PlannedStack } from "../../plan/stack";
import { withCheckout, type Base } from "./base";

/** What prints a stack's objects, in any revision that has it. */
const RENDER = "cli/render.ts";

/** A stack of this checkout, rendered. */
export interface Own {
  readonly planned: PlannedStack;
  readonly rendered: Rendered;
}

/** Renders a stack of this checkout. @throws Error when it does not render */
export async function renderOwn(stack: string): Promise<Own> {
  const planned = planStack(stack);
  return { planned, rendered: await renderReleases(planned) };
}

/**
 * Compares stacks with a revision, which is rendered by its own code: what the program computes is a part of what changes.
 *
 * @param own the stacks of this checkout, by name
 * @param env in which `helm` is the one that is meant
 */
export async function compareStacks(
  own: ReadonlyMap<string, Promise<Own>>,
  { commit, words }: Base,
  env: NodeJS.ProcessEnv,
): Promise<Omit<Report, "judged">> {
  const stacks = [...own.keys()];
  const before = await withCheckout(commit, (dir) =>
    Promise.all(stacks.map((stack) => side(words, renderBase(dir, stack, env)))),
  ).catch((error: unknown) => stacks.map(() => ({ problem: `${words}: ${messageOf(error)}` })));
  const key = randomBytes(32);
  const compared = [...own].map(async ([stack, rendering], at) =>
    compareStack(stack, before[at] ?? { problem: "" }, await side("This checkout", rendering), key),
  );
  return { base: words, stacks: await Promise.all(compared), leftOut: [] };
}

/** What a side rendered, or why it did not. */
type Side<T> = { readonly of: T } | { readonly problem: string };

async function side<T>(name: string, rendering: Promise<T>): Promise<Side<T>> {
  try {
    return { of: await rendering };
  } catch (error) {
    return { problem: `${name} does not render: ${messageOf(error)}` };
  }
}

function compareStack(
  stack: string,
  base: Side<Rendered>,
  own: Side<Own>,
  key: Buffer,
): StackReport {
  if ("problem" in base || "problem" in own) {
    const problems = [base, own].flatMap((one) => ("problem" in one ? [one.problem] : []));
    return { stack, problem: problems.join("\n") };
  }
  const { planned, rendered } = own.of;
  const addOns = addOnReleases(planned.config).map(({ name }) => name);
  const sides = seenByBoth(base.of, rendered, addOns);
  return compareSides(
    sides,
    { stack, rendered: renderedFor(kubernetesVersion(planned.config)) },
    key,
  );
}

/**
 * Compares what two sides have.
 *
 * @param key what values of Secrets are hidden by
 */
export function compareSides(
  sides: SeenByBoth,
  of: Pick<Comparison, "stack" | "rendered">,
  key: Buffer,
): Comparison {
  const [before, after] = [hideSecrets(sides.before, key), hideSecrets(sides.after, key)];
  const difference = diffObjects(before, after);
  return {
    ...of,
    unseen: sides.unseen,
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
async function renderBase(dir: string, stack: string, env: NodeJS.ProcessEnv): Promise<Rendered> {
  if (!fs.existsSync(path.join(dir, RENDER))) {
    throw new Error(`it has no ${RENDER}, being older than it`);
  }
  const file = path.basename(stackFile(stack));
  const isNew = fs.existsSync(stackFile(stack)) && !fs.existsSync(path.join(dir, file));
  return readRendered(isNew ? "" : await render(dir, stack, env));
}

/** Whether a report says that something changes. */
export function hasChanges({ stacks }: Pick<Report, "stacks">): boolean {
  return stacks.some((report) => "difference" in report && !isEmpty(report.difference));
}

/** Stacks that a report lacks. */
export function failures({ stacks }: Pick<Report, "stacks">): string[] {
  return stacks.flatMap((report) => ("problem" in report ? [report.stack] : []));
}
