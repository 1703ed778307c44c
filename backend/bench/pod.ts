import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api } from "../tests/support/client.js";
import { freePort } from "../tests/support/redis.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a process has used. */
export interface Usage {
  /** CPU time since its start, in seconds. */
  readonly cpuSeconds: number;
  /** Memory that is resident, in MB. */
  readonly residentMb: number;
}

/** The core that is the pod's. */
export const POD_CORE = 0;

/** The built program as in a pod: one process, on a core of its own where that can be had. */
export class BenchPod {
  private constructor(
    private readonly child: ChildProcess,
    readonly api: Api,
    private readonly logs: string,
  ) {}

  /**
   * Builds the program, starts it and waits until it is ready.
   *
   * @param settings more variables of its environment
   * @throws Error if it cannot be built, or ends
   */
  static async start(
    redisUrl: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<BenchPod> {
    const build = spawnSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: "pipe" });
    if (build.status !== 0) {
      throw new Error(`build failed: ${build.stderr.toString()}`);
    }
    const port = await freePort();
    const logs = mkdtempSync(join(tmpdir(), "soc-bench-"));
    const log = openSync(join(logs, "pod.log"), "w");
    const [command, ...args] = onCore(POD_CORE, imageCommand());
    const child = spawn(command ?? "", args, {
      cwd: ROOT,
      env: {
        PATH: process.env["PATH"],
        NODE_ENV: "production",
        HOST: "127.0.0.1",
        PORT: String(port),
        REDIS_URL: redisUrl,
        ...settings,
      },
      stdio: ["ignore", log, "inherit"],
    });
    closeSync(log);
    const pod = new BenchPod(child, new Api(port), logs);
    for (;;) {
      const ready = await pod.api.get("/ready").catch(() => null);
      if (ready?.status === 200) {
        return pod;
      }
      if (child.exitCode !== null) {
        throw new Error(`the pod ended with ${child.exitCode}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Asked from its own metrics. */
  async usage(): Promise<Usage> {
    const { text } = await this.api.get("/metrics");
    const value = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
    return {
      cpuSeconds: value("process_cpu_seconds_total"),
      residentMb: value("process_resident_memory_bytes") / 1e6,
    };
  }

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    if (this.child.exitCode === null) {
      await once(this.child, "exit");
    }
    rmSync(this.logs, { recursive: true });
  }
}

/** What the image runs, with this Node.js. */
function imageCommand(): readonly string[] {
  const dockerfile = readFileSync(join(ROOT, "Dockerfile"), "utf8");
  const [, command] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(command ?? "[]") as string[];
  return [process.execPath, ...args];
}

/** Keeps this process, and what it starts from now on, off a core, where there are others and the system can do that. */
export function leaveCore(core: number): void {
  const others = cpus()
    .map((_, index) => index)
    .filter((index) => index !== core);
  if (others.length > 0) {
    keepTo(others);
  }
}

/** Keeps this process, and what it starts from now on, on some cores, where the system can do that. */
export function keepTo(cores: readonly number[]): void {
  const to = ["--all-tasks", "--cpu-list", "--pid", cores.join(), String(process.pid)];
  spawnSync("taskset", to);
}

/** The same command bound to a core, where the system can do that. */
export function onCore(core: number, command: readonly string[]): readonly string[] {
  const bound = ["taskset", "--cpu-list", String(core)];
  const [name, ...args] = [...bound, "true"];
  return spawnSync(name ?? "", args).status === 0 ? [...bound, ...command] : command;
}
