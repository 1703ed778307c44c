/** `npm run preview`: shows what `up` would do. */
import pc from "picocolors";
import { keepingFile, listStacks, makeStack, pulumi, pulumiEnvironment } from "./pulumi";
import type { Request } from "./request";
import { assertKnown } from "./stacks";
import { ensureTools } from "./tools/fetch";

/** @returns the exit code, the worst of all stacks */
export async function preview({ stacks, extra }: Request): Promise<number> {
  const env = pulumiEnvironment(await ensureTools(["pulumi"]));
  const existing = await listStacks(env);
  for (const stack of stacks) {
    await assertKnown(stack, () => Promise.resolve(existing));
  }
  let worst = 0;
  for (const stack of stacks) {
    console.log(pc.bold(`\nStack ${stack}`));
    const code = await keepingFile(stack, async () => {
      if (!existing.includes(stack)) {
        await makeStack(stack, env);
      }
      return pulumi(env, ["preview", "--non-interactive", "--stack", stack, ...extra]);
    });
    worst = Math.max(worst, code);
  }
  return worst;
}
