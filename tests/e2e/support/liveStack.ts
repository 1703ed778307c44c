/** One stack, brought up once, for all specs of a run that leave its cluster as they found it. */
import type { Project } from "../../support/project";
import { STACK, discard, freshProject, up } from "./stack";

/** A key for the model provider that must be found nowhere but where it belongs. */
export const CANARY = "sk-canary-2b8e51d7";

/** A stack that is up. */
export interface LiveStack {
  readonly project: Project;
  /** What its first `pulumi up` printed. */
  readonly firstUp: string;
}

let project: Project | undefined;
let live: Promise<LiveStack> | undefined;

/** The stack, which the first spec that asks for it brings up. Call it in a `before` hook. */
export function liveStack(): Promise<LiveStack> {
  return (live ??= start());
}

async function start(): Promise<LiveStack> {
  project = await freshProject("installed");
  await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
  const key = ["config", "set", "--secret", "openaiApiKey", CANARY, "--stack", STACK];
  await project.must("pulumi", key);
  return { project, firstUp: (await up(project)).output };
}

// A hook of the run, not of a spec: the stack ends after the last one.
after("end the stack of the run", async function () {
  this.timeout("3m");
  await discard(project);
});
