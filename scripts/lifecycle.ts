/**
 * The commands behind `npm run up`, `dev`, `down`, `preview` and `doctor`: what `pulumi` does by itself, plus the
 * tools it needs, a look at the machine first, and what to do next at the end.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { dashboardUrl, hasUntrustedCertificate, NAMESPACE } from "../access";
import { chartDefaults, chartValues } from "../components/chart";
import { imageRefs } from "../components/imageRefs";
import type { StackConfig } from "../config/settings";
import type { Values } from "../config/values";
import { isEngine, KIND_CLUSTER_LABEL } from "../machine/docker";
import { stackFiles } from "../machine/files";
import { appliedBy, develop } from "./dev";
import { mendState } from "./checkpoint";
import { locksOf, needsOf, readStack } from "./needs";
import {
  findLocks,
  gatherFacts,
  isLeft,
  problems,
  type Facts,
  type Lock,
  type Problem,
} from "./preflight";
import {
  ask,
  hasState,
  keepingFile,
  listStacks,
  pulumi,
  pulumiEnvironment,
  Refusal,
  ROOT,
  SIGNALS,
  stackFile,
  STATES,
} from "./pulumi";
import { repair, startNodes } from "./repair";
import { lines, messageOf, run } from "./run";
import { smoke } from "./smoke";
import { digestsOf, sourcesOf } from "./sources";
import { parseState, withoutInterrupted } from "./stackState";
import { table } from "./table";
import {
  ensureTools,
  findTools,
  TOOL_NAMES,
  TOOLS,
  ToolsError,
  type Found,
  type Missing,
} from "./tools";

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
  dev: {
    summary: "Create or update everything, then bring in every change as it is made",
    stacks: ["dev"],
    run: dev,
  },
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
  const reading = readStack(stack);
  const facts = await gatherFacts(needsOf(stack, reading));
  if (report(problems(facts, "up")) || !("config" in reading)) {
    throw new Refusal("Nothing was changed. Mend the errors above and run npm run up again.");
  }
  mendState(STATES, stack).forEach(say);
  const code = await keepingFile(stack, async () => {
    await ask(env, ["stack", "select", "--create", stack]);
    await unlock(stack, facts.locks, env);
    const mending = await mend(stack, reading.config, facts, env);
    const args = ["up", "--yes", "--skip-preview", "--stack", stack, ...mending, ...extra];
    return pulumi(env, args);
  });
  if (code !== 0) {
    console.error(
      `\n${pc.red("up did not finish.")} What was made stays, and npm run up goes on from there.\n` +
        "  npm run doctor   looks for the cause\n  npm run down     deletes everything",
    );
    return code;
  }
  await prove(stack, reading.config, env);
  await keepingFile(stack, () => printAccess(stack, env));
  printPathHint(tools);
  return 0;
}

function say(what: string): void {
  console.log(`${pc.yellow("mending")}  ${what}`);
}

/** Removes the lock of a run that has ended. */
async function unlock(
  stack: string,
  locks: readonly Lock[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (locks.some(isLeft)) {
    say("Removing the lock of a run that has ended");
    await ask(env, ["cancel", "--yes", "--stack", stack]);
  }
}

/**
 * Mends what a killed run or a hand left in the cluster.
 *
 * @returns options for `pulumi up`
 */
async function mend(
  stack: string,
  config: StackConfig,
  { cluster }: Facts,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (config.cluster.kind !== "kind") {
    return [];
  }
  const exported = await ask(env, ["stack", "export", "--stack", stack]);
  let options: string[] = [];
  if (cluster?.kind === "ours") {
    if (cluster.stopped.length > 0) {
      await startNodes(cluster.stopped, say);
    }
    options = await repair({
      config: { ...config, cluster: config.cluster },
      files: stackFiles(stack),
      namespace: NAMESPACE,
      found: cluster,
      env,
      root: ROOT,
      state: parseState(exported),
      say,
    });
  }
  const settled = withoutInterrupted(exported);
  if (settled !== undefined) {
    say("Forgetting what a killed run was at work on");
    await ask(env, ["stack", "import", "--stack", stack], settled);
  }
  return options;
}

/** Proves that the system answers, also where Pulumi had nothing to do and so asked nothing. */
async function prove(stack: string, config: StackConfig, env: NodeJS.ProcessEnv): Promise<void> {
  const { cluster, smokeCheck } = config;
  if (!smokeCheck.run) {
    return;
  }
  const values = chartValues(config, imageRefs(config.images), chartDefaults());
  const credentials =
    cluster.kind === "kind"
      ? { kubeconfigFile: stackFiles(stack).kubeconfig }
      : { kubeconfigFile: cluster.kubeconfig, context: cluster.context };
  const untrusted = hasUntrustedCertificate(values);
  const target = { url: dashboardUrl(config, values), untrusted, ...smokeCheck };
  await smoke(target, { ...credentials, namespace: NAMESPACE, env });
}

async function dev(request: Request): Promise<number> {
  const stack = only(request.stacks);
  const reading = readStack(stack);
  if (!("config" in reading)) {
    // There is nothing to watch yet. This says what is wrong.
    return up(request);
  }
  const { config } = reading;
  if (config.cluster.kind !== "kind") {
    throw new Refusal(
      `npm run dev is for stacks with a Kind cluster: ${stack} deploys to an existing one, which no save of a file should change. Run npm run up -- --stack ${stack}`,
    );
  }
  const file = path.relative(ROOT, stackFile(stack));
  const applied = appliedBy(config, digestsOf(sourcesOf(config, file)));
  // Ctrl-C is how it ends: no failure.
  const stop = new AbortController();
  SIGNALS.forEach((signal) => process.on(signal, () => stop.abort()));
  const code = await up(request);
  if (stop.signal.aborted) {
    return code;
  }
  const env = pulumiEnvironment(await ensureTools(TOOL_NAMES));
  await develop({
    stack,
    root: ROOT,
    env,
    extra: request.extra,
    stackFile: file,
    config,
    files: stackFiles(stack),
    read: () => readStack(stack),
    pods: {
      kubeconfigFile: path.join(ROOT, stackFiles(stack).kubeconfig),
      namespace: NAMESPACE,
      env,
    },
    ...(code === 0 && { applied }),
    mend: async () => mend(stack, config, await gatherFacts(needsOf(stack, reading)), env),
    stop: stop.signal,
  });
  console.log("\nStopped watching. The system keeps running; npm run down deletes it.");
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
  const locks = findLocks(locksOf(stack));
  mendState(STATES, stack).forEach(say);
  if (!(await listStacks(env)).includes(stack)) {
    console.log(`There is no stack ${stack}: nothing to delete.`);
    return 0;
  }
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
  const facts = await gatherFacts(needsOf(stack, readStack(stack)));
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

/** Says how to remove the images that `up` built: they make the next `up` fast, so they are left to the user. */
async function printImages(): Promise<void> {
  const built = ["soc-backend", "soc-frontend"].map((name) => `--filter=reference=${name}`);
  const list = ["image", "ls", ...built, "--format={{.Repository}}:{{.Tag}}"];
  const said = await run("docker", list);
  const count = said.ok ? lines(said.stdout).length : 0;
  if (count > 0) {
    const command = list.map((word) => (word.includes("{") ? `'${word}'` : word)).join(" ");
    console.log(
      `\n${count === 1 ? "1 image stays" : `${count} images stay`} cached for the next up. To remove them too:\n` +
        `  docker ${command} | xargs docker rmi`,
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
