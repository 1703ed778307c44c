/** Stacks that are brought up once, for all specs of a run that leave the cluster as they found it. */
import { mergeValues, type Values } from "../../../config/values";
import type { Project } from "../../support/project";
import { STACK, discard, freshProject, mustUp, stackConfig, up } from "./stack";

/** A key for the model provider that must be found nowhere but where it belongs. */
export const CANARY = "sk-canary-2b8e51d7";

/** What the stack under test is configured with to have its observability stack. */
export const OBSERVED: Values = mergeValues(stackConfig(), { observability: { install: true } });

/** A stack that is up. */
export interface LiveStack {
  readonly project: Project;
  /** What its first `up` printed. */
  readonly firstUp: string;
}

/** The dev stack, which the first spec that asks for it brings up with `pulumi up`. Call it in a `before` hook. */
export const liveStack = shared(async (project) => {
  await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
  const key = ["config", "set", "--secret", "openaiApiKey", CANARY, "--stack", STACK];
  await project.must("pulumi", key);
  return (await up(project)).output;
});

/** The same with its observability stack, by `npm run up`. One of both at most is used in a run. */
export const observedStack = shared((project) => {
  project.configure(STACK, OBSERVED);
  return mustUp(project);
});

/**
 * A stack for a whole run.
 *
 * @param bringUp brings a fresh stack up, and returns what that printed
 * @returns gives the stack, which the first call brings up
 */
function shared(bringUp: (project: Project) => Promise<string>): () => Promise<LiveStack> {
  let project: Project | undefined;
  let live: Promise<LiveStack> | undefined;
  const start = async (): Promise<LiveStack> => {
    project = await freshProject("installed");
    return { project, firstUp: await bringUp(project) };
  };
  // A hook of the run, not of a spec: the stack ends after the last one.
  after("end the stack of the run", async function () {
    this.timeout("10m");
    await discard(project);
  });
  return () => (live ??= start());
}
