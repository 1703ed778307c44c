import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FOLDER = join(import.meta.dirname, "../../../backend");

/** The real backend, without a Redis. */
export class Backend {
  private constructor(
    private readonly child: ChildProcess,
    /** Where it listens. */
    readonly url: string,
  ) {}

  /**
   * Starts it on a free port.
   *
   * @param settings more variables of its environment
   * @throws Error with what it printed, when it ends instead
   */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Backend> {
    const { PATH } = process.env;
    const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
      cwd: FOLDER,
      env: { PATH, HOST: "127.0.0.1", PORT: "0", OTEL_SDK_DISABLED: "true", ...settings },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const printed: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      printed.push(line);
      const { port } = JSON.parse(line) as { port?: number };
      if (port !== undefined) {
        return new Backend(child, `http://127.0.0.1:${port}`);
      }
    }
    throw new Error(`the backend ended (npm ci --prefix backend?): ${printed.join("\n")}`);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }
}
