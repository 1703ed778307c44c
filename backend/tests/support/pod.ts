import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startApp, type App, type AppOptions } from "../../src/app.js";
import type { Config, RedisConfig } from "../../src/config/config.js";
import { createLogger, type Logger } from "../../src/telemetry/log.js";
import { Api } from "./client.js";
import { eventually } from "./eventually.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A logger that keeps its lines. */
export function quietLogger(lines: string[] = [], logLevel: Config["logLevel"] = "debug"): Logger {
  return createLogger(
    { logLevel, serviceName: "test" },
    { write: (line) => void lines.push(line) },
  );
}

/** How to reach a Redis that has no password. */
export function redisAt(url: string): RedisConfig {
  return { url, password: null, ca: null };
}

/** The service within this process. */
export interface LocalPod {
  readonly app: App;
  readonly api: Api;
}

/**
 * Starts the service within this process and waits until it is ready.
 *
 * @param lines gets the log lines
 */
export async function startLocalPod(
  overrides: Partial<Config> = {},
  options?: AppOptions,
  lines: string[] = [],
): Promise<LocalPod> {
  const config: Config = {
    port: 0,
    host: "127.0.0.1",
    redis: null,
    model: null,
    tracing: null,
    logLevel: "debug",
    serviceName: "test",
    imageTag: null,
    maxStoredThreats: 100,
    maxStoredHours: null,
    corsOrigins: [],
    allowedHosts: [],
    login: null,
    trustedProxies: [],
    generateEverySeconds: null,
    demo: false,
    ...overrides,
  };
  const app = await startApp(config, quietLogger(lines, config.logLevel), options);
  const api = new Api(app.port);
  await api.ready();
  return { app, api };
}

/** The service as a process of its own, as in a pod. */
export class Pod {
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  #exitCode: number | null = null;

  private constructor(
    env: Readonly<Record<string, string>>,
    program: readonly string[] = ["src/main.ts"],
  ) {
    this.#child = spawn(process.execPath, ["--import", "tsx", ...program], {
      cwd: ROOT,
      env: {
        PATH: process.env["PATH"],
        HOST: "127.0.0.1",
        PORT: "0",
        OTEL_SDK_DISABLED: "true",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk) => (this.#stdout += String(chunk)));
    this.#child.stderr?.on("data", (chunk) => (this.#stderr += String(chunk)));
    this.#child.on("exit", (code) => (this.#exitCode = code));
  }

  /** Starts a process and does not wait for anything. */
  static spawn(env: Readonly<Record<string, string>>): Pod {
    return new Pod(env);
  }

  /** Runs another program, which may import the service's modules. */
  static evaluate(source: string): Pod {
    return new Pod({}, ["--input-type=module", "--eval", source]);
  }

  /** Starts a process and waits until it listens. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Pod> {
    const pod = new Pod(env);
    try {
      await eventually(() => pod.#port !== null || pod.#exitCode !== null, "pod listens", 20_000);
    } catch (error) {
      // Who called has nothing to end it by.
      await pod.kill();
      throw error;
    }
    if (pod.#port === null) {
      throw new Error(`pod ended: ${pod.#stdout}${pod.#stderr}`);
    }
    return pod;
  }

  get api(): Api {
    return new Api(this.#port ?? 0);
  }

  /** Everything printed, on stdout and stderr. */
  get output(): { readonly stdout: readonly string[]; readonly stderr: string } {
    return { stdout: this.#stdout.split("\n").slice(0, -1), stderr: this.#stderr };
  }

  /** The log lines, which all have to be JSON. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.output.stdout.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits for the end; null means that a signal ended it. */
  async exited(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, "exit");
    }
    return this.#child.exitCode;
  }

  /** Ends the process, whatever it does. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited();
  }

  get #port(): number | null {
    const line = this.#stdout.split("\n").find((text) => text.includes('"port":'));
    return line === undefined ? null : (JSON.parse(line) as { port: number }).port;
  }
}
