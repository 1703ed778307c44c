/**
 * `npm test`: runs every suite that this machine can run, those without Docker beside each other, and says in one
 * line each what it skipped and why. With CI=true a missing tool is a failure instead. Suites can be named: `npm test -- unit chart`.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import pc from "picocolors";
import { lines, run, runMain } from "../machine/run";

/** What a suite cannot do without. */
interface Need {
  readonly what: string;
  /** Whether it is there. */
  readonly found: () => Promise<boolean>;
}

interface Suite {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Arguments for npm, one list per command. Their counts are added up; a command without any counts as one test. */
  readonly commands: readonly (readonly string[])[];
  /** Folders whose npm packages it uses, besides the project's own. */
  readonly packages?: readonly string[];
}

const command = (name: string, ...probe: string[]): Need => ({
  what: probe.length > 1 ? probe.join(" ") : name,
  found: async () => (await run(name, probe.slice(1), { timeout: 30_000 })).ok,
});
const git = command("git", "git", "--version");
const docker = command("docker", "docker", "version");
const compose = command("docker", "docker", "compose", "version");
const pulumi = command("pulumi", "pulumi", "version");
const kind = command("kind", "kind", "version");
const kubectl = command("kubectl", "kubectl", "version", "--client");
const helm = command("helm", "helm", "version");
const kubeScore = command("kube-score", "kube-score", "version");
const actionlint = command("actionlint", "actionlint", "-version");
const dashcheck: Need = {
  what: "dashcheck, which holds dashboards against Grafana's schemas",
  found: async () => (await run("dashcheck", [], { timeout: 30_000 })).ok,
};
const promtool = command("promtool", "promtool", "--version");
const collector = command("otelcol-k8s", "otelcol-k8s", "--version");
const redisServer = command("redis-server", "redis-server", "-v");
const cluster = [docker, kind, kubectl, pulumi, helm];
const registryProgram = process.env["SOC_LAB_REGISTRY"] ?? "docker-registry";
const registry: Need = {
  what: "docker-registry, or another build of it in SOC_LAB_REGISTRY",
  found: async () => (await run(registryProgram, ["--version"])).ok,
};
const restart: Need = {
  what: "command that restarts the Docker engine in SOC_LAB_RESTART_DOCKER",
  found: async () => Boolean(process.env["SOC_LAB_RESTART_DOCKER"]),
};
const redis: Need = {
  what: "redis-server, or a Redis in REDIS_URL",
  found: async () => Boolean(process.env["REDIS_URL"]) || (await run("redis-server", ["-v"])).ok,
};
const chromium: Need = {
  what: "chromium, or its path in CHROMIUM_PATH",
  found: async () => fs.existsSync(process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium"),
};

/** Every suite, in the order in which they begin. */
export const SUITES: readonly Suite[] = [
  // Of those without Docker the longest begin first: none is left to run by itself at the end.
  {
    name: "frontend",
    needs: [chromium],
    packages: ["frontend"],
    commands: [["test", "--prefix", "frontend"]],
  },
  { name: "preview", needs: [pulumi, helm, git], commands: [["run", "test:preview"]] },
  {
    name: "backend",
    needs: [redis],
    packages: ["backend"],
    commands: [["test", "--prefix", "backend"]],
  },
  { name: "unit", needs: [], commands: [["run", "test:unit"]] },
  { name: "chart", needs: [helm], commands: [["run", "test:chart"]] },
  { name: "mutations", needs: [git], commands: [["run", "test:mutations"]] },
  {
    name: "lint",
    needs: [],
    // Rules that know types need the types of all packages.
    packages: ["backend", "frontend"],
    commands: [
      ["run", "lint"],
      ["run", "format:check"],
    ],
  },
  {
    name: "types",
    needs: [],
    packages: ["backend", "frontend"],
    commands: [
      ["run", "typecheck"],
      ["run", "typecheck", "--prefix", "backend"],
      ["run", "typecheck", "--prefix", "frontend"],
    ],
  },
  {
    name: "workflows",
    needs: [actionlint, helm, git],
    commands: [["run", "test:workflows"]],
  },
  {
    name: "chart-tools",
    needs: [helm, kubeScore, promtool, collector, redisServer],
    commands: [["run", "test:chart-tools"]],
  },
  { name: "dashboards", needs: [dashcheck], commands: [["run", "test:dashboards"]] },
  {
    name: "image",
    needs: [docker],
    packages: ["frontend"],
    commands: [["run", "test:image", "--prefix", "frontend"]],
  },
  {
    name: "compose",
    needs: [docker, compose, chromium],
    commands: [["run", "test:compose"]],
  },
  // From here on each has a real cluster.
  { name: "e2e", needs: cluster, commands: [["run", "test:e2e"]] },
  {
    name: "e2e-machine",
    needs: [...cluster, registry, restart],
    commands: [["run", "test:e2e:machine"]],
  },
  { name: "e2e-live", needs: [...cluster, chromium], commands: [["run", "test:e2e:live"]] },
  {
    name: "e2e-observability",
    needs: [...cluster, chromium],
    commands: [["run", "test:e2e:observability"]],
  },
  {
    name: "e2e-prod",
    needs: [...cluster, registry, chromium, command("openssl", "openssl", "version")],
    commands: [["run", "test:e2e:prod"]],
  },
];

/** Width of the longest name of a suite. */
const LABEL = Math.max(...SUITES.map(({ name }) => name.length));

/** Tests by how they ended. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Adds up what mocha says of its runs, and the mutations of theirs. */
export function countTests(output: string, code: number): Counts {
  const sum = (count: RegExp) =>
    [...output.matchAll(count)]
      .map(([, mochas, mutations]) => Number(mochas ?? mutations))
      .reduce((total, count) => total + count, 0);
  const counts = {
    passed: sum(/^\s+(\d+) passing\b|^(\d+) passed, \d+ failed$/gm),
    failed: sum(/^\s+(\d+) failing\b|^\d+ passed, (\d+) failed$/gm),
  };
  const none = counts.passed + counts.failed === 0;
  if (code === 0) {
    return none ? { passed: 1, failed: 0 } : counts;
  }
  // A suite that breaks outside its tests is a failure that mocha does not count.
  return { passed: counts.passed, failed: Math.max(counts.failed, 1) };
}

/** How a suite ended. */
interface Verdict extends Counts {
  readonly skipped: number;
  /** A line for people. */
  readonly text: string;
  /** The end of what the commands that failed have printed, labelled. */
  readonly why: readonly string[];
}

/** Suites that run beside each other: each keeps about one core busy. */
const AT_ONCE = Math.min(4, os.availableParallelism());

/** Lines of a failed command that are told again at the end. */
const TAIL = 80;

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = SUITES.map(({ name }) => name).join(", ");
    throw new Error(`no suite is called ${unknown.join(", ")}; there are ${known}`);
  }
  const chosen = SUITES.filter(({ name }) => names.length === 0 || names.includes(name));
  await install(chosen.flatMap(({ packages = [] }) => packages));
  const verdicts = await judge(chosen);
  const sum = (count: "passed" | "failed" | "skipped") =>
    verdicts.reduce((total, verdict) => total + verdict[count], 0);
  console.log(verdicts.flatMap(({ why }) => why).join("\n"));
  console.log(`\n${verdicts.map(({ text }) => text).join("\n")}\n`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
}

/**
 * Splits suites into those that run beside each other and those that run one after another, when the former have
 * ended: there is one Docker engine, with one set of ports, and clusters take all of a small machine.
 */
export function split(suites: readonly Suite[]): { beside: Suite[]; alone: Suite[] } {
  const engine = ({ needs }: Suite) => needs.includes(docker);
  return { beside: suites.filter((suite) => !engine(suite)), alone: suites.filter(engine) };
}

/** Runs suites, and returns their verdicts in the suites' order. */
async function judge(suites: readonly Suite[]): Promise<Verdict[]> {
  const verdicts = new Map<Suite, Verdict>();
  const inTurn = async (waiting: Suite[]) => {
    for (let suite = waiting.shift(); suite; suite = waiting.shift()) {
      verdicts.set(suite, await judgeOne(suite, suites.length > 1));
    }
  };
  const { beside, alone } = split(suites);
  await Promise.all(Array.from({ length: AT_ONCE }, () => inTurn(beside)));
  await inTurn(alone);
  return suites.flatMap((suite) => verdicts.get(suite) ?? []);
}

async function judgeOne(suite: Suite, labelled: boolean): Promise<Verdict> {
  const missing = await lacking(suite);
  if (missing.length > 0) {
    const why = `${suite.name}: no ${missing.join(", no ")} on this machine`;
    return process.env["CI"] === "true"
      ? { passed: 0, failed: 1, skipped: 0, why: [], text: pc.red(`FAILED  ${why}`) }
      : { passed: 0, failed: 0, skipped: 1, why: [], text: pc.yellow(`SKIPPED ${why}`) };
  }
  const started = Date.now();
  const all: Counts[] = [];
  const why: string[] = [];
  for (const args of suite.commands) {
    const { code, output } = await npm(args, labelled ? suite.name : "");
    all.push(countTests(output, code));
    if (labelled && code !== 0) {
      why.push(
        "",
        ...lines(output)
          .slice(-TAIL)
          .map((line) => label(suite.name, line)),
      );
    }
  }
  const passed = all.reduce((sum, counts) => sum + counts.passed, 0);
  const failed = all.reduce((sum, counts) => sum + counts.failed, 0);
  const text = `${suite.name}: ${passed} passed, ${failed} failed in ${seconds(started)} s`;
  const told = failed > 0 ? pc.red(`FAILED  ${text}`) : pc.green(`PASSED  ${text}`);
  console.log(told);
  return { passed, failed, skipped: 0, why, text: told };
}

async function lacking({ needs }: Suite): Promise<string[]> {
  const found = await Promise.all(needs.map((need) => need.found()));
  return needs.filter((_, index) => !found[index]).map(({ what }) => what);
}

/** Installs the packages of folders, before any suite needs them. */
async function install(folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders)) {
    if (!isInstalled(folder)) {
      const { code } = await npm(
        ["ci", "--workspaces=false", "--no-audit", "--no-fund", "--prefix", folder],
        "",
      );
      if (code !== 0) {
        throw new Error(`npm could not install the packages of ${folder}`);
      }
    }
  }
}

/** npm writes this file last, so an interrupted install does not count as one. */
function isInstalled(folder: string): boolean {
  const written = (file: string) =>
    fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? -1;
  return written("node_modules/.package-lock.json") >= written("package-lock.json");
}

/** Runs npm on this terminal, each line after its suite's name where there is one, and keeps what it printed. */
function npm(args: readonly string[], suite: string): Promise<{ code: number; output: string }> {
  const child = spawn("npm", args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const tell = (print: (line: string) => void) => (line: string) => {
    output += `${line}\n`;
    print(label(suite, line));
  };
  createInterface({ input: child.stdout }).on("line", tell(console.log));
  createInterface({ input: child.stderr }).on("line", tell(console.error));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

const label = (suite: string, line: string) =>
  suite === "" ? line : `${pc.dim(suite.padEnd(LABEL))} ${line}`;

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}

if (require.main === module) {
  runMain(() => main(process.argv.slice(2)));
}
