/** A copy of the project, as a fresh clone has it, with a stack of its own. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import type { Values } from "../../config/values";
import { must } from "../../machine/run";
import { ROOT } from "../../config/project";

/** What came of a command. */
export interface Result {
  readonly code: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/** A started command. */
export interface Started {
  readonly pid: number;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly ended: Promise<Result>;
  /** Waits until its output matches; fails when it ends without. */
  readonly said: (pattern: RegExp) => Promise<void>;
}

/** A copy of the project in a temporary folder. */
export class Project {
  private constructor(
    /** Its folder. */
    readonly dir: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Copies all files that Git knows or would know.
   *
   * @param dependencies whether its npm packages are there already, or still to be installed as in a
   *   fresh clone. Never a link to this project's: an install in the copy would go through it
   * @param env variables set besides the environment's own; undefined ones are removed
   */
  static async copy(
    dependencies: "installed" | "missing",
    env: NodeJS.ProcessEnv = {},
  ): Promise<Project> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-agent-"));
    const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const files = (await must("git", listed, { cwd: ROOT })).split("\0").filter(Boolean);
    for (const file of files.filter((name) => fs.existsSync(path.join(ROOT, name)))) {
      fs.cpSync(path.join(ROOT, file), path.join(dir, file));
    }
    if (dependencies === "installed") {
      // What a link leads to, where it is one.
      const installed = fs.realpathSync(path.join(ROOT, "node_modules"));
      fs.cpSync(installed, path.join(dir, "node_modules"), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    // What is printed is compared, and CI services are taken for terminals with colours.
    const plain = { NO_COLOR: "1", PULUMI_CONFIG_PASSPHRASE: "" };
    return new Project(dir, { ...process.env, ...plain, ...env });
  }

  /** Writes a stack file of the given configuration, whose keys have no prefix. */
  configure(stack: string, config: Values): void {
    const prefixed = Object.entries(config).map(([key, value]) => [`soc-agent:${key}`, value]);
    this.write(`Pulumi.${stack}.yaml`, stringify({ config: Object.fromEntries(prefixed) }));
  }

  path(file: string): string {
    return path.join(this.dir, file);
  }

  /**
   * Has every later command find a program under another name, before all that have that name.
   *
   * @throws Error where the program is not on the PATH
   */
  async alias(name: string, program: string): Promise<void> {
    const found = await must("sh", ["-c", 'command -v "$0"', program], { env: this.env });
    const dir = this.path(".first");
    fs.mkdirSync(dir, { recursive: true });
    fs.symlinkSync(found.trim(), path.join(dir, name));
    this.env["PATH"] = [dir, this.env["PATH"]].join(path.delimiter);
  }

  read(file: string): string {
    return fs.readFileSync(this.path(file), "utf8");
  }

  write(file: string, text: string): void {
    fs.writeFileSync(this.path(file), text);
  }

  /** Replaces a text in a file. Fails when it is not there, so that an edit never means nothing. */
  edit(file: string, from: string, to: string): void {
    const before = this.read(file);
    if (!before.includes(from)) {
      throw new Error(`${file} has no ${JSON.stringify(from)}`);
    }
    this.write(file, before.replace(from, to));
  }

  /** Starts a command in a process group of its own, so that it can be ended with all its children. */
  start(command: string, args: readonly string[]): Started {
    const child = spawn(command, args, {
      cwd: this.dir,
      env: this.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (data: Buffer) => void (output += data.toString());
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const said = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => (pattern.test(output) ? resolve() : undefined);
        child.stdout.on("data", look);
        child.once("close", () => {
          look();
          reject(new Error(`${command} ended without saying ${String(pattern)}:\n${output}`));
        });
        look();
      });
    const ended = new Promise<Result>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, output }));
    });
    if (child.pid === undefined) {
      throw new Error(`${command} could not be started`);
    }
    return { pid: child.pid, output: () => output, ended, said };
  }

  /** Runs a command to its end. */
  run(command: string, args: readonly string[]): Promise<Result> {
    return this.start(command, args).ended;
  }

  /** Runs a command that must succeed. */
  async must(command: string, args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(command, args);
    if (code !== 0) {
      throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.slice(-6000)}`);
    }
    return output;
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The configuration in a stack file of this project, with keys that have no prefix. */
export function committed(stack: "dev" | "prod"): Values {
  const text = fs.readFileSync(path.join(ROOT, `Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(text) as { config: Values };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^soc-agent:/, ""), value]),
  );
}

/** Configuration that points at what a machine behind a firewall has instead of downloads. */
export function mirrors(): Record<string, Record<string, unknown>> {
  const { SOC_LAB_NODE_IMAGE, SOC_LAB_INGRESS_NGINX_CHART, SOC_LAB_METRICS_SERVER_CHART } =
    process.env;
  return {
    ...(SOC_LAB_NODE_IMAGE && { cluster: { kind: { nodeImage: SOC_LAB_NODE_IMAGE } } }),
    ...(SOC_LAB_INGRESS_NGINX_CHART && { ingress: { chart: SOC_LAB_INGRESS_NGINX_CHART } }),
    ...(SOC_LAB_METRICS_SERVER_CHART && { metricsServer: { chart: SOC_LAB_METRICS_SERVER_CHART } }),
  };
}
