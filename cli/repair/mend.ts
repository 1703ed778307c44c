/** What `npm run up` and `npm run down` put in order before they call Pulumi, each told in a line. */
import pc from "picocolors";
import { ROOT } from "../../config/project";
import type { StackConfig } from "../../config/settings";
import { stackFiles } from "../../machine/files";
import { NAMESPACE } from "../../plan/access";
import type { Facts } from "../preflight/facts";
import { isLeft, type Lock } from "../preflight/locks";
import { ask, exportState, importState } from "../pulumi";
import { withoutInterrupted, type State } from "../stackState";
import { endPlugins } from "./plugins";
import { repair } from "./repair";

/** Tells the user what is mended. */
export function say(what: string): void {
  console.log(`${pc.yellow("mending")}  ${what}`);
}

/** Removes the lock of a run that has ended, and ends what such a run has left at work. */
export async function unlock(
  stack: string,
  locks: readonly Lock[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (locks.some(isLeft)) {
    say("Removing the lock of a run that has ended");
    await ask(env, ["cancel", "--yes", "--stack", stack]);
  }
  const ended = await endPlugins(ROOT);
  if (ended > 0) {
    say(`Ended ${ended} of Pulumi's plugins that a killed run has left at work`);
  }
}

/**
 * Mends what a killed run or a hand left in the cluster.
 *
 * @param state the stack's
 * @returns options for `pulumi up`
 */
export async function mend(
  stack: string,
  config: StackConfig,
  { cluster }: Facts,
  env: NodeJS.ProcessEnv,
  state: State,
): Promise<string[]> {
  if (config.cluster.kind !== "kind") {
    return [];
  }
  let options: string[] = [];
  if (cluster?.kind === "ours") {
    options = await repair({
      config: { ...config, cluster: config.cluster },
      files: stackFiles(stack),
      namespace: NAMESPACE,
      found: cluster,
      env,
      root: ROOT,
      state,
      say,
    });
  }
  // Exported anew: nobody's secrets are in the clear in what is written back.
  const settled =
    state.interrupted.length > 0 ? withoutInterrupted(await exportState(stack, env)) : undefined;
  if (settled !== undefined) {
    say("Forgetting what a killed run was at work on");
    await importState(stack, env, settled);
  }
  return options;
}
