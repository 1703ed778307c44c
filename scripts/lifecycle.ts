/**
 * The commands behind `npm run up`, `down`, `preview` and `doctor`: what `pulumi` does by itself, plus the
 * tools it needs, a look at the machine first, and what to do next at the end.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import pc from "picocolors";
import { parse } from "yaml";
import { findProblems, isMap, withDefaults, type Values } from "../config";
import { isEngine, KIND_CLUSTER_LABEL, stackFiles } from "../machine";
import { gatherFacts, problems, type Facts, type Needs, type Problem } from "./preflight";
import { lines, messageOf, run } from "./run";
import {
  ensureTools,
  findTools,
  toolEnvironment,
  TOOL_NAMES,
  TOOLS,
  ToolsError,
  type Found,
  type Missing,
} from "./tools";

const ROOT = path.resolve(__dirname, "..");
const PROJECT = "soc-agent";
/** The file backend of Pulumi.yaml. */
const STATE = path.join(ROOT, ".pulumi");

/** Signals that ask a program to end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a command was asked to do. */
interface Request {
  readonly stacks: readonly string[];
  /** Arguments for Pulumi, given after `--`. */
  readonly extra: readonly string[];
}

interface Command {
  readonly summary: string;
  /** Stacks that are meant when none is given. */
  readonly stacks: readonly string[];
  /** @returns the exit code */
  readonly run: (request: Request) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  up: { summary: "Create or update everything", stacks: ["dev"], run: up },
  down: { summary: "Delete everything that up made", stacks: ["dev"], run: down },
  preview: {
    summary: "Show what up would do; needs neither Docker nor a cluster",
    stacks: ["dev", "prod"],
    run: preview,
  },
  tools: {
    summary: "Get the tools at fitting versions and print their folders, to be put on PATH",
    stacks: ["dev"],
    run: tools,
  },
  doctor: {
    summary: "Say what is there, what is wrong and what to do about it",
    stacks: ["dev"],
    run: doctor,
  },
};

/** Something that is said without a stack trace. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = "", ...args] = argv;
  const command = COMMANDS[name];
  if (!command) {
    throw new Refusal(
      `usage: npm run ${Object.keys(COMMANDS).join("|")} [-- --help]${name && `, got "${name}"`}`,
      2,
    );
  }
  const request = parseRequest(name, command, args);
  return request ? command.run(request) : 0;
}

/** Reads the arguments of a command; none when it was only asked for help. */
function parseRequest(name: string, command: Command, args: string[]): Request | undefined {
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  const several = command.stacks.length > 1;
  const options = {
    stack: { type: "string", multiple: true },
    help: { type: "boolean", short: "h" },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: args.slice(0, split), options }));
  } catch (error) {
    throw new Refusal(`${messageOf(error)}\n${help(name, command)}`, 2);
  }
  if (values.help) {
    console.log(help(name, command));
    return undefined;
  }
  const stacks = values.stack ?? command.stacks;
  if (stacks.length > 1 && !several) {
    throw new Refusal(`npm run ${name} takes one --stack, got ${stacks.length}`, 2);
  }
  return { stacks, extra: args.slice(split + 1) };
}

function help(name: string, { summary, stacks }: Command): string {
  const several = stacks.length > 1 ? " May be given several times." : "";
  const pulumi = name === "doctor" ? "" : " [-- OPTIONS-FOR-PULUMI]";
  return `npm run ${name} -- [--stack NAME]${pulumi}

${summary}.

  --stack NAME  Stack to work on; ${stacks.join(" and ")} by default.${several}
  -h, --help    This text.`;
}

async function up({ stacks, extra }: Request): Promise<number> {
  const stack = only(stacks);
  console.log(pc.bold("=== SOC Agent System — Kubernetes Deployment ===\n"));
  const tools = await ensureTools(TOOL_NAMES);
  console.log(`${toolTable(tools, [])}\n`);
  const env = pulumiEnvironment(tools);
  if (report(problems(await gatherFacts(needsOf(stack))))) {
    throw new Refusal("Nothing was changed. Mend the errors above and run npm run up again.");
  }
  const code = await keepingFile(stack, async () => {
    await ask(env, ["stack", "select", "--create", stack]);
    return pulumi(env, ["up", "--yes", "--skip-preview", "--stack", stack, ...extra]);
  });
  if (code !== 0) {
    console.error(
      `\n${pc.red("up did not finish.")} What was made stays, and npm run up goes on from there.\n` +
        "  npm run doctor   looks for the cause\n  npm run down     deletes everything",
    );
    return code;
  }
  await keepingFile(stack, () => printAccess(stack, env));
  printPathHint(tools);
  return 0;
}

async function down({ stacks, extra }: Request): Promise<number> {
  const stack = only(stacks);
  // Another backend (a variable of Pulumi's) can hold stacks that no file here tells of.
  if (!process.env["PULUMI_BACKEND_URL"] && !hasState(stack)) {
    console.log(`There is no stack ${stack} here: nothing to delete.`);
    return 0;
  }
  const tools = await ensureTools(TOOL_NAMES);
  const env = pulumiEnvironment(tools);
  if (!(await listStacks(env)).includes(stack)) {
    console.log(`There is no stack ${stack}: nothing to delete.`);
    return 0;
  }
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

async function preview({ stacks, extra }: Request): Promise<number> {
  const env = pulumiEnvironment(await ensureTools(["pulumi"]));
  const existing = await listStacks(env);
  let worst = 0;
  for (const stack of stacks) {
    console.log(pc.bold(`\nStack ${stack}`));
    const code = await keepingFile(stack, async () => {
      if (!existing.includes(stack)) {
        // Not selected: a plain `pulumi up` must go on meaning the stack that it meant before.
        await ask(env, ["stack", "init", stack, "--no-select"]);
      }
      return pulumi(env, ["preview", "--non-interactive", "--stack", stack, ...extra]);
    });
    worst = Math.max(worst, code);
  }
  return worst;
}

async function tools(): Promise<number> {
  const found = await ensureTools(TOOL_NAMES);
  console.log([...new Set(found.map(({ file }) => path.dirname(file)))].join("\n"));
  return 0;
}

async function doctor({ stacks }: Request): Promise<number> {
  const stack = only(stacks);
  const { found, missing } = await findTools(TOOL_NAMES);
  section("Tools", toolTable(found, missing));
  const env = pulumiEnvironment(found);
  const canPulumi = found.some(({ tool }) => tool.name === "pulumi");
  const existing = canPulumi ? await listStacks(env) : [];
  section("Stacks", canPulumi ? existing.join("\n") || "none yet" : "unknown: no pulumi");
  const facts = await gatherFacts(needsOf(stack));
  section("Docker", dockerText(facts));
  if (facts.needs.cluster && facts.docker && isEngine(facts.docker)) {
    section(`Kind cluster ${facts.needs.cluster.name}`, await nodes(facts.needs.cluster.name, env));
  }
  const kubeconfig = path.join(ROOT, stackFiles(stack).kubeconfig);
  if (fs.existsSync(kubeconfig)) {
    section("Pods", await pods(kubeconfig, env));
  }
  section("Problems", "");
  const failed = report(problems(facts));
  if (!failed) {
    console.log("No errors.");
  }
  return failed ? 1 : 0;
}

/** The environment that Pulumi and everything under it runs in. */
function pulumiEnvironment(tools: readonly Found[]): NodeJS.ProcessEnv {
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
async function keepingFile<T>(stack: string, work: () => Promise<T>): Promise<T> {
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
  const salted: unknown = parse(after);
  if (before === after || !isMap(salted)) {
    return false;
  }
  const { encryptionsalt: _, ...rest } = salted;
  return isDeepStrictEqual(rest, parse(before));
}

function stackFile(stack: string): string {
  return path.join(ROOT, `Pulumi.${stack}.yaml`);
}

/**
 * Runs Pulumi on this terminal and waits until it is done, whatever signals come.
 *
 * Pulumi takes one signal as "stop cleanly" and a second one as "stop at once", which leaves a lock and
 * half-made resources. So it gets exactly one: in a terminal the one that Ctrl-C sends to all, else, in
 * a process group of its own, the first one that arrives here.
 */
async function pulumi(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<number> {
  const interactive = process.stdin.isTTY;
  const options = { cwd: ROOT, env, stdio: "inherit", detached: !interactive } as const;
  let told = false;
  const tell = (signal: NodeJS.Signals) => {
    if (!told && !(interactive && signal === "SIGINT")) {
      child.kill(signal);
      told = true;
    }
  };
  // Listening comes first: a signal that arrives while Pulumi starts would end this process alone.
  SIGNALS.forEach((signal) => process.on(signal, tell));
  const child = spawn("pulumi", args, options);
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal ? os.constants.signals[signal] : 0);
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, tell));
  }
}

/** Asks Pulumi something. */
async function ask(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const said = await run("pulumi", ["--non-interactive", ...args], { cwd: ROOT, env });
  if (!said.ok) {
    throw new Refusal(`pulumi ${args.join(" ")} failed: ${said.reason}`);
  }
  return said.stdout;
}

async function listStacks(env: NodeJS.ProcessEnv): Promise<string[]> {
  const stacks = JSON.parse(await ask(env, ["stack", "ls", "--json"])) as { name: string }[];
  // The file backend qualifies names in some versions: organization/soc-agent/dev.
  return stacks.map(({ name }) => name.split("/").at(-1) ?? name);
}

/** Whether the file backend has state of a stack, plain or compressed. */
function hasState(stack: string): boolean {
  const dir = path.join(STATE, "stacks", PROJECT);
  return fs.existsSync(dir) && fs.readdirSync(dir).some((name) => name.startsWith(`${stack}.json`));
}

/** Works out what a stack needs, from its file alone: neither the stack nor Pulumi has to be there. */
function needsOf(stack: string): Needs {
  const own = Object.entries(readStackFile(stack))
    .filter(([key]) => key.startsWith(`${PROJECT}:`))
    .map(([key, value]) => [key.slice(PROJECT.length + 1), value] as const);
  const raw: Values = Object.fromEntries(own);
  const found = findProblems(raw, {
    exists: (file) => fs.existsSync(path.resolve(ROOT, file)),
    isSecret: (name) => isMap(raw[name]) && "secure" in raw[name],
  });
  const base = {
    stack,
    config: found,
    locks: path.join(STATE, "locks", "organization", PROJECT, stack),
  };
  if (found.length > 0) {
    return { ...base, docker: true };
  }
  const { cluster, images } = withDefaults(raw);
  if (cluster.kind === "existing") {
    return { ...base, docker: Object.values(images).some(({ kind }) => kind === "build") };
  }
  const { name, httpPort, httpsPort } = cluster;
  const identityFile = path.join(ROOT, stackFiles(stack).identity);
  return { ...base, docker: true, cluster: { name, ports: { httpPort, httpsPort }, identityFile } };
}

/** The configuration in a stack's file; a stack need not have one. */
function readStackFile(stack: string): Values {
  const file = stackFile(stack);
  const content: unknown = fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : {};
  return isMap(content) && isMap(content["config"]) ? content["config"] : {};
}

/** Prints problems. @returns whether there is an error among them */
function report(found: readonly Problem[]): boolean {
  for (const { level, what, fix } of found) {
    const label = level === "error" ? pc.red("error  ") : pc.yellow("warning");
    console.log(`${label}  ${what}\n         ${fix}`);
  }
  return found.some(({ level }) => level === "error");
}

function toolTable(found: readonly Found[], missing: readonly Missing[]): string {
  const rows = TOOL_NAMES.flatMap((name) => {
    const tool = TOOLS[name];
    const there = found.find((one) => one.tool === tool);
    const lacking = missing.find((one) => one.tool === tool);
    return [
      ...(there ? [[name, there.version, `needed: ${tool.range}`, there.file]] : []),
      ...(lacking
        ? [
            [
              name,
              "-",
              `needed: ${tool.range}`,
              `up fetches ${tool.version} (${lacking.tried.join("; ")})`,
            ],
          ]
        : []),
    ];
  });
  return table(rows);
}

/** Lines up columns with two spaces between them. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function section(title: string, text: string): void {
  console.log(`\n${pc.bold(title)}${text && `\n${text}`}`);
}

function dockerText({ docker }: Facts): string {
  if (!docker) {
    return "not needed by this stack";
  }
  return isEngine(docker)
    ? `Engine ${docker.version} for ${docker.platform} at ${docker.host}`
    : "not usable, see below";
}

/** A Kind cluster's containers. */
async function nodes(cluster: string, env: NodeJS.ProcessEnv): Promise<string> {
  const filter = `label=${KIND_CLUSTER_LABEL}=${cluster}`;
  const format = "{{.Names}}\t{{.Status}}\t{{.Ports}}";
  return output(env, "docker", ["ps", "--all", "--filter", filter, "--format", format]);
}

async function pods(kubeconfig: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ["get", "pods", "--all-namespaces", "--output", "wide", "--request-timeout", "10s"];
  return output(env, "kubectl", ["--kubeconfig", kubeconfig, ...args]);
}

/** What a program says; when it fails, why. */
async function output(
  env: NodeJS.ProcessEnv,
  command: string,
  args: readonly string[],
): Promise<string> {
  const said = await run(command, args, { env });
  return said.ok ? said.stdout.trim() || "none" : said.reason;
}

/** Prints the stack's outputs, which say how to use what is there now. */
async function printAccess(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  const outputs = JSON.parse(
    await ask(env, ["stack", "output", "--json", "--stack", stack]),
  ) as Values;
  const rows = Object.entries(outputs).map(([key, value]) => [
    `${key}:`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  section("The system is up", table(rows));
}

/** Says how to run by hand the tools that were fetched into the project. */
function printPathHint(tools: readonly Found[]): void {
  const own = tools.filter(({ file }) => file.startsWith(path.join(ROOT, ".tools")));
  if (own.length > 0) {
    const dirs = own.map(({ file }) => path.dirname(file)).join(path.delimiter);
    section(
      "To run these tools by hand",
      `export PATH="${dirs}:$PATH" PULUMI_CONFIG_PASSPHRASE=""`,
    );
  }
}

/** Names the images that `up` built: they make the next `up` fast, so they are left to the user. */
async function printImages(): Promise<void> {
  const references = ["soc-backend", "soc-frontend"].flatMap((name) => [
    "--filter",
    `reference=${name}`,
  ]);
  const format = "{{.Repository}}:{{.Tag}}";
  const said = await run("docker", ["image", "ls", ...references, "--format", format]);
  const images = said.ok ? lines(said.stdout) : [];
  if (images.length > 0) {
    console.log(
      `\nImages stay cached for the next up. To remove them too:\n  docker rmi ${images.join(" ")}`,
    );
  }
}

function only(stacks: readonly string[]): string {
  const [stack = "dev"] = stacks;
  return stack;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected = error instanceof Refusal || error instanceof ToolsError;
    console.error(expected ? `${pc.red("error")}  ${error.message}` : error);
    process.exitCode = error instanceof Refusal ? error.code : 1;
  },
);
