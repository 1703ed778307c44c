/** `npm run down`: deletes everything that `up` made. */
import pc from "picocolors";
import { BY_HAND, STATES } from "../config/project";
import { DOCKER, tryDocker } from "../machine/docker";
import { markedClusters } from "../machine/kindCluster";
import { lines } from "../machine/run";
import { assertEnding } from "./consent";
import { findLocks, locksOf } from "./preflight/locks";
import {
  exportState,
  hasState,
  keepingFile,
  listStacks,
  pulumi,
  pulumiEnvironment,
} from "./pulumi";
import { mendState } from "./repair/checkpoint";
import { say, unlock } from "./repair/mend";
import { only, type Request } from "./request";
import { parseState } from "./stackState";
import { TOOL_NAMES } from "./tools/catalogue";
import { ensureTools } from "./tools/fetch";

/** @returns the exit code */
export async function down(request: Request): Promise<number> {
  const { extra } = request;
  const stack = only(request.stacks);
  // Another backend (a variable of Pulumi's) can hold stacks that no file here tells of.
  if (!process.env["PULUMI_BACKEND_URL"] && !hasState(stack)) {
    console.log(`There is no stack ${stack} here: nothing to delete.`);
    await printLeft();
    return 0;
  }
  const tools = await ensureTools(TOOL_NAMES);
  const env = pulumiEnvironment(tools);
  const locks = findLocks(locksOf(stack));
  mendState(STATES, stack).forEach(say);
  if (!(await listStacks(env)).includes(stack)) {
    console.log(`There is no stack ${stack}: nothing to delete.`);
    await printLeft();
    return 0;
  }
  await assertEnding({ ...request, stack }, parseState(await exportState(stack, env)));
  await unlock(stack, locks, env);
  const args = ["destroy", "--yes", "--skip-preview", "--stack", stack, ...extra];
  const code = await keepingFile(stack, () => pulumi(env, args));
  if (code !== 0) {
    console.error(
      `\n${pc.red("down did not finish.")} npm run down again goes on from there; npm run doctor looks for the cause.`,
    );
    return code;
  }
  await printImages();
  return 0;
}

/**
 * Names the Kind clusters that this project made and that no state here tells of, as after a `git clean`. Whose
 * they are only their user knows: none is deleted.
 */
async function printLeft(): Promise<void> {
  const left = await markedClusters();
  if (left.length > 0) {
    console.log(
      [
        "\nKind clusters that this project has made, here or in another copy of it. To delete one:",
        ...left.map((name) => `  ${BY_HAND} kind delete cluster --name ${name}`),
      ].join("\n"),
    );
  }
}

/** Says how to remove the images that `up` built: they make the next `up` fast, so they are left to the user. */
async function printImages(): Promise<void> {
  const built = ["soc-backend", "soc-frontend"].map((name) => `--filter=reference=${name}`);
  const list = ["image", "ls", ...built, "--format={{.Repository}}:{{.Tag}}"];
  const said = await tryDocker(list);
  const count = said.ok ? lines(said.stdout).length : 0;
  if (count > 0) {
    const command = list.map((word) => (word.includes("{") ? `'${word}'` : word)).join(" ");
    console.log(
      `\n${count === 1 ? "1 image stays" : `${count} images stay`} cached for the next up. To remove them too:\n` +
        `  ${DOCKER} ${command} | xargs ${DOCKER} rmi`,
    );
  }
}
