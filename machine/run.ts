/** Runs other programs and tells what came of it. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ownEnvironment } from "./environment";

/** What a program printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** What came of a program. */
export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why it is not `ok`: what happened, and the lines that it said about it. Empty when it is. */
  readonly reason: string;
  /** Set when there is no such program. */
  readonly missing?: true;
}

export interface RunOptions {
  /** Defaults to this process's. What would choose another cluster or builder never counts. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds until it is ended. Defaults to none. */
  readonly timeout?: number;
  /** What it reads from its standard input. Defaults to nothing. */
  readonly input?: string;
  /** Ends it. Defaults to none. */
  readonly signal?: AbortSignal;
  /** Finds the lines that tell why it failed. Defaults to the last 4 of its standard error. */
  readonly why?: (output: Output) => readonly string[];
}

const lastLines = ({ stderr }: Output) => lines(stderr).slice(-4);

/** What `execFile` says of a program that is not there. */
const NO_PROGRAM = "ENOENT";

/** Runs a program without a terminal and waits for its end. Never throws: a missing program is an outcome too. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { input, why = lastLines, env, ...rest } = options;
    const all = { ...rest, env: ownEnvironment(env), maxBuffer: 64 << 20 };
    const child = execFile(command, args, all, (error, stdout, stderr) => {
      const reason = error
        ? [happened(error, command, options), ...why({ stdout, stderr })].join("\n")
        : "";
      resolve({ ok: !error, stdout, reason, ...(error?.code === NO_PROGRAM && { missing: true }) });
    });
    // A program that ends without reading says more by how it ended than the broken pipe does.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/**
 * Runs a program that must succeed.
 *
 * @returns what it printed
 * @throws Error with the outcome's reason
 */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { ok, stdout, reason } = await run(command, args, options);
  if (!ok) {
    throw new Error(`${[path.basename(command), ...args].join(" ")}: ${reason}`);
  }
  return stdout;
}

/** Whether a process of a number is there, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether the process is there whose number a file has. */
export function isRunning(pidFile: string): boolean {
  try {
    const pid = Number(fs.readFileSync(pidFile, "utf8"));
    // Of a file that could not be written nothing is left but itself: 0 would be this very process's group.
    return pid > 0 && isAlive(pid);
  } catch {
    // The file comes and goes with the process.
    return false;
  }
}

/** The lines of a text that have something in them. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs a program's main function. What it throws is the program's last words, without a stack trace. */
export function runMain(main: () => void | Promise<void>): void {
  Promise.resolve()
    .then(main)
    .catch((error: unknown) => {
      console.error(messageOf(error));
      process.exitCode = 1;
    });
}

/** How a program ended, as `execFile` tells it. */
interface Ending {
  readonly code?: string | number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly killed?: boolean;
}

function happened(error: Ending & Error, command: string, { timeout }: RunOptions): string {
  if (error.code === NO_PROGRAM) {
    return `there is no ${command}`;
  }
  if (typeof error.code === "number") {
    return `exit code ${error.code}`;
  }
  if (error.killed && timeout !== undefined) {
    return `not done after ${timeout / 1000} s`;
  }
  return error.signal ? `ended by ${error.signal}` : error.message;
}
