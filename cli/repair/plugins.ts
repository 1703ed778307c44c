/** Pulumi's resource plugins that killed runs of this project have left. Each pair keeps about 100 MB. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lookUntil } from "../../cluster/lookUntil";
import { isAlive, lines, run } from "../../machine/run";

/** How a plugin's program is called, as far as Linux keeps a name. */
const PLUGIN = /^pulumi-resource/;

/** Who adopts what has lost its parent, besides the first process. */
const ADOPTER = /^(systemd|launchd)$/;

/** Milliseconds that a plugin has to end. */
const PATIENCE = 10_000;

/** A process of this user's. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its program's name. */
  readonly name: string;
}

/**
 * Plugins that nobody talks to any more: called as Pulumi's are, of this user, at work in this folder, and adopted, since
 * the Pulumi that had started them is gone. One that a debugger or a shell has started has a parent still.
 *
 * @param root the project's folder, by its real path
 * @returns their process ids
 */
export async function leftPlugins(root: string): Promise<number[]> {
  const all = await processes();
  const adopters = new Set(all.filter(({ name }) => ADOPTER.test(name)).map(({ pid }) => pid));
  const adopted = all.filter(
    ({ name, parent }) => PLUGIN.test(name) && (parent === 1 || adopters.has(parent)),
  );
  const folders = await Promise.all(adopted.map(({ pid }) => folderOf(pid)));
  return adopted.filter((_, at) => folders[at] === root).map(({ pid }) => pid);
}

/**
 * Ends plugins, and waits until they are gone. What does not end by itself is ended for good.
 *
 * @returns how many there were
 */
export async function endPlugins(root: string): Promise<number> {
  const left = await leftPlugins(root);
  left.forEach((pid) => end(pid, "SIGTERM"));
  const running = () => Promise.resolve(left.filter(isAlive));
  const stubborn = await lookUntil(
    running,
    (pids) => pids.length === 0,
    Date.now() + PATIENCE,
    100,
  );
  stubborn.forEach((pid) => end(pid, "SIGKILL"));
  return left.length;
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

/** Processes of this user. None where there is no `ps`, as in the smallest images. */
async function processes(): Promise<Process[]> {
  const { uid } = os.userInfo();
  const { stdout } = await run("ps", ["-A", "-ww", "-o", "uid=,pid=,ppid=,comm="]);
  return lines(stdout).flatMap((line) => {
    const [, owner, pid, parent, program = ""] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+)/.exec(line) ?? [];
    return Number(owner) === uid
      ? [{ pid: Number(pid), parent: Number(parent), name: path.basename(program) }]
      : [];
  });
}

/** The folder that a process is at work in, by its real path; `undefined` where it cannot be told. */
async function folderOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    return fs.promises.readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  }
  const { stdout } = await run("lsof", ["-a", "-p", String(pid), "-d", "cwd", "-Fn"]);
  return lines(stdout)
    .find((line) => line.startsWith("n"))
    ?.slice(1);
}
