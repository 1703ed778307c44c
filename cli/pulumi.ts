/** Pulumi as the npm commands use it: its environment, its stacks, and one signal at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { ROOT, stackFile, STATES } from "../config/project";
import { isMap } from "../config/values";
import { ownEnvironment } from "../machine/environment";
import { run } from "../machine/run";
import type { ToolName } from "./tools/catalogue";
import { toolEnvironment } from "./tools/environment";
import type { Found } from "./tools/find";

/** Signals that ask a program to end. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Something that is said without a stack trace. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}

/** The environment that Pulumi and everything under it runs in. */
export function pulumiEnvironment(tools: readonly Found[]): NodeJS.ProcessEnv {
  const env = toolEnvironment(tools);
  const given = env["PULUMI_CONFIG_PASSPHRASE"] ?? env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  // The file backend asks for a passphrase even where nothing is secret; an empty one is an answer.
  return given === undefined ? { ...env, PULUMI_CONFIG_PASSPHRASE: "" } : env;
}

/**
 * Does something with a stack, and leaves the stack's file as it was. Pulumi writes a salt into it whenever
 * there is none. Committed, that would bind everyone to the passphrase of whoever ran Pulumi first; the
 * stack's state has a copy of its own. What else Pulumi writes was asked for (`--config`), and stays.
 */
export async function keepingFile<T>(stack: string, work: () => Promise<T>): Promise<T> {
  const file = stackFile(stack);
  const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  try {
    return await work();
  } finally {
    if (before !== undefined && differsBySaltOnly(before, fs.readFileSync(file, "utf8"))) {
      fs.writeFileSync(file, before);
    }
  }
}

function differsBySaltOnly(before: string, after: string): boolean {
  if (before === after) {
    return false;
  }
  const salted: unknown = parse(after);
  if (!isMap(salted)) {
    return false;
  }
  const { encryptionsalt: _, ...rest } = salted;
  return isDeepStrictEqual(rest, parse(before));
}

/** Runs Pulumi, see {@link onTerminal}. */
export function pulumi(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<number> {
  return onTerminal("pulumi", env, args);
}

/**
 * Runs a tool on this terminal and waits until it is done, whatever signals come.
 *
 * Pulumi takes one signal as "stop cleanly" and a second one as "stop at once", which leaves a lock and
 * half-made resources. So it gets exactly one: in a terminal the one that Ctrl-C sends to all, else, in
 * a process group of its own, the first one that arrives here.
 */
export async function onTerminal(
  tool: ToolName,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<number> {
  const interactive = process.stdin.isTTY;
  const options = {
    cwd: ROOT,
    env: ownEnvironment(env),
    stdio: "inherit",
    detached: !interactive,
  } as const;
  let told = false;
  const tell = (signal: NodeJS.Signals) => {
    if (!told && !(interactive && signal === "SIGINT")) {
      child.kill(signal);
      told = true;
    }
  };
  // Listening comes first: a signal that arrives while Pulumi starts would end this process alone.
  SIGNALS.forEach((signal) => process.on(signal, tell));
  const child = spawn(tool, args, options);
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal ? os.constants.signals[signal] : 0);
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, tell));
  }
}

/** Asks Pulumi something. @param input what it reads */
export async function ask(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  input = "",
): Promise<string> {
  const said = await run("pulumi", ["--non-interactive", ...args], { cwd: ROOT, env, input });
  if (!said.ok) {
    throw new Refusal(`pulumi ${args.join(" ")} failed: ${said.reason}`);
  }
  return said.stdout;
}

/** A stack's state, as `pulumi stack import` takes it. */
export function exportState(stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  return ask(env, ["stack", "export", "--stack", stack]);
}

/** Puts a state in the place of a stack's. @param text as {@link exportState} gives it, or with its secrets: they are encrypted again */
export async function importState(
  stack: string,
  env: NodeJS.ProcessEnv,
  text: string,
): Promise<void> {
  await ask(env, ["stack", "import", "--stack", stack], text);
}

/** A stack's state with all of its secrets, which stay in this process. */
export function exportSecrets(stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  return ask(env, ["stack", "export", "--show-secrets", "--stack", stack]);
}

/** Names of the stacks in the backend. */
export async function listStacks(env: NodeJS.ProcessEnv): Promise<string[]> {
  const stacks = JSON.parse(await ask(env, ["stack", "ls", "--json"])) as { name: string }[];
  // The file backend qualifies names in some versions: organization/soc-agent/dev.
  return stacks.map(({ name }) => name.split("/").at(-1) ?? name);
}

/** Makes a stack, unselected: a plain `pulumi up` must go on meaning the stack that it meant before. */
export async function makeStack(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  await ask(env, ["stack", "init", stack, "--no-select"]);
}

/** Whether the file backend has state of a stack, plain or compressed. */
export function hasState(stack: string): boolean {
  return (
    fs.existsSync(STATES) && fs.readdirSync(STATES).some((name) => name.startsWith(`${stack}.json`))
  );
}
