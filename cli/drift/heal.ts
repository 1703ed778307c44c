/** What `npm run up` does about drift: it looks while other things go on, says what it found, and mends it. */
import pc from "picocolors";
import { mendDrift, type Unmended } from "../../cluster/drift/mend";
import { withApi } from "../../machine/apiServer";
import { messageOf } from "../../machine/run";
import { objectName } from "../../plan/objects";
import { assertMending } from "../consent";
import { exportSecrets, importState, Refusal } from "../pulumi";
import { say } from "../repair/mend";
import type { Request } from "../request";
import { withDescriptions } from "../stackState";
import { section } from "../view";
import { isThere, lookAtStack, type Looked, type Moved, type StackDrift } from "./look";
import { driftText, hasDrifted } from "./view";

/** What came of a look, and of what was done after it. */
export interface Healed {
  /** Options that `pulumi up` needs to mend the rest. */
  readonly options: readonly string[];
  /** Lines for what is not as it was made, although it should be. */
  readonly left: readonly string[];
}

/**
 * Looks for drift beside other repairs, and mends it after them.
 *
 * @param stack name of the stack
 * @param env to call Pulumi in
 * @param repair the other repairs, which may change what is there
 * @returns what they come to, together
 * @throws Refusal without a consent that it takes
 */
export async function healBeside(
  stack: string,
  request: Request,
  looked: Looked,
  env: NodeJS.ProcessEnv,
  repair: () => Promise<string[]>,
): Promise<Healed> {
  const [options, first] = await Promise.all([
    repair(),
    isThere(looked) ? look(looked) : undefined,
  ]);
  if (first === undefined || (typeof first !== "string" && !hasDrifted(first))) {
    return { options, left: [] };
  }
  // What the other repairs mended in the meantime is no news, and a cluster that did not answer may do so by now.
  const drift = await look(looked);
  if (typeof drift === "string") {
    console.log(
      `${pc.yellow("warning")}  Whether all is as it was made could not be seen: ${drift}`,
    );
    return { options, left: [] };
  }
  if (!hasDrifted(drift)) {
    return { options, left: [] };
  }
  section("Not as it was made", driftText(drift));
  if (!request.heal) {
    return { options, left: [] };
  }
  await assertMending({ ...request, stack }, looked.config.cluster.kind);
  const left = await heal(looked, drift);
  await upgradeAgain(stack, env, drift.moved);
  const lost = drift.lost.length > 0 && !options.includes("--refresh") ? ["--refresh"] : [];
  return { options: [...options, ...lost], left };
}

/** @returns what it could not mend */
async function heal(looked: Looked, { drifted }: StackDrift): Promise<string[]> {
  if (drifted.length === 0) {
    return [];
  }
  say(`Making ${drifted.map(({ wanted }) => objectName(wanted.object)).join(", ")} as before`);
  let unmended: Unmended[];
  try {
    unmended = await withApi(looked.of, (api) => mendDrift(api, drifted));
  } catch (error) {
    throw new Refusal(`The cluster could not be mended: ${messageOf(error)}`);
  }
  return unmended.map(({ what, reason }) => `${what}: ${reason}`);
}

/** Has Pulumi upgrade releases that are at another revision than it has made: they live by other values than its own. */
async function upgradeAgain(
  stack: string,
  env: NodeJS.ProcessEnv,
  moved: readonly Moved[],
): Promise<void> {
  if (moved.length === 0) {
    return;
  }
  const found = moved.map(({ release, found: { revision, description } }) => {
    return [release, `revision ${revision}: ${description}`] as const;
  });
  say(`Upgrading ${found.map(([release]) => `release ${release}`).join(", ")} again`);
  const state = await exportSecrets(stack, env);
  await importState(stack, env, withDescriptions(state, new Map(found)));
}

/** @returns why there is none where it could not be had */
async function look(looked: Looked): Promise<StackDrift | string> {
  try {
    return await lookAtStack(looked);
  } catch (error) {
    return messageOf(error);
  }
}
