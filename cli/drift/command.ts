/** `npm run drift`: says what in the cluster is not as the stack made it. */
import { messageOf } from "../../machine/run";
import { pulumiEnvironment, Refusal } from "../pulumi";
import { only, type Request } from "../request";
import { ensureTools } from "../tools/fetch";
import { section } from "../view";
import { findStack, lookAtStack, type StackDrift } from "./look";
import { driftText, hasDrifted } from "./view";

/** Exit code where something is not as it was made. */
const DRIFTED = 2;

/** @returns the exit code: 0 where all is as it was made, 2 where not, 1 where something could not be compared */
export async function drift({ stacks }: Request): Promise<number> {
  const stack = only(stacks);
  const env = pulumiEnvironment(await ensureTools(["pulumi", "kubectl"]));
  const found = await findDrift(stack, env);
  section(`Drift of stack ${stack}`, driftText(found));
  if (hasDrifted(found)) {
    console.log(`\nnpm run up -- --stack=${stack} mends it.`);
    return DRIFTED;
  }
  return found.unseen.length > 0 ? 1 : 0;
}

/**
 * Looks for drift in a stack.
 *
 * @throws Refusal where there is nothing to look at, or no way to it
 */
export async function findDrift(stack: string, env: NodeJS.ProcessEnv): Promise<StackDrift> {
  const looked = await findStack(stack, env);
  try {
    return await lookAtStack(looked);
  } catch (error) {
    throw new Refusal(`The cluster of stack ${stack} could not be looked at: ${messageOf(error)}`);
  }
}
