/** `npm run preview`: shows what `up` would do. */
import pc from "picocolors";
import { ask, keepingFile, listStacks, pulumi, pulumiEnvironment } from "./pulumi";
import type { Request } from "./request";
import { ensureTools } from "./tools/fetch";

/** @returns the exit code, the worst of all stacks */
export async function preview({ stacks, extra }: Request): Promise<number> {
  const env = pulumiEnvironment(await ensureTools(["pulumi"]));
  const existing = await listStacks(env);
  let worst = 0;
  for (const stack of stacks) {
    console.log(pc.bold(`\nStack ${stack}`));
    const code = await keepingFile(stack, async () => {
      if (!existing.includes(stack)) {
        // Not selected: a plain `pulumi up` must go on meaning the stack that it meant before.
        await ask(env, ["stack", "init", stack, "--no-select"]);
      }
      return pulumi(env, ["preview", "--non-interactive", "--stack", stack, ...extra]);
    });
    worst = Math.max(worst, code);
  }
  return worst;
}
