/** `npm run preview`: shows what `up` would do, and which objects of the cluster change and how. */
import * as fs from "node:fs";
import pc from "picocolors";
import { findBase } from "./compare/base";
import { compareStacks, hasChanges, hasFailures } from "./compare/compare";
import { keepingFile, listStacks, makeStack, pulumi, pulumiEnvironment } from "./pulumi";
import { htmlReport } from "./report/html";
import { markdownReport } from "./report/markdown";
import { textReport } from "./report/text";
import type { Request } from "./request";
import { assertKnown } from "./stacks";
import { ensureTools } from "./tools/fetch";

/** Exit codes of a preview. */
const CODES = { same: 0, failed: 1, changed: 2 } as const;

/** @returns 0 when no object changes, or there is nothing to compare with; 2 when some do; 1 when it could not look */
export async function preview(request: Request): Promise<number> {
  const { stacks, extra, base: given } = request;
  const base = await findBase(given);
  const env = pulumiEnvironment(await ensureTools(["pulumi", "helm"]));
  const previewed = await previewStacks(stacks, extra, env);
  if ("why" in base) {
    console.log(`\nNothing to compare with, because ${base.why}: name a revision with --base.`);
    return previewed ? CODES.same : CODES.failed;
  }
  const report = await compareStacks(stacks, base, env);
  console.log(`\n${textReport(report)}`);
  if (request.html !== undefined) {
    fs.writeFileSync(request.html, htmlReport(report));
  }
  if (request.markdown !== undefined) {
    fs.writeFileSync(request.markdown, markdownReport(report));
  }
  if (!previewed || hasFailures(report)) {
    return CODES.failed;
  }
  return hasChanges(report) ? CODES.changed : CODES.same;
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
