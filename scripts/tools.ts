/**
 * The command-line tools that this project drives, and how they come onto a machine that lacks them:
 * first what is on PATH, then mise (brought by npm), then a build from the Go module.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import * as semver from "semver";
import { lines, messageOf, must, run } from "./run";

/** Where fetched tools live: `.tools/<name>-<version>/bin`. */
const ROOT = path.resolve(__dirname, "..");

/** mise, from npm: npm checks the package's sha512, mise checks the checksums that each tool publishes. */
const MISE_VERSION = "2026.9.15";

/** Milliseconds that a tool may take to say its version. The first start after a download is slow on macOS. */
const VERSION_TIMEOUT = 30_000;

/** Milliseconds that one way of getting one tool may take: downloads on a slow line, Go builds on two cores. */
const FETCH_TIMEOUT = 30 * 60_000;

/** First Go that fetches the newer toolchain that a module asks for. */
const GO_RANGE = ">=1.21.0";

/** One program of a Go module. */
export interface GoProgram {
  /** Name of the executable. */
  readonly name: string;
  /** Module path. */
  readonly module: string;
  /** Version of the module, with its `v`. */
  readonly version: string;
  /** Package of the program; without one, {@link GoProgram.main} is it. */
  readonly package?: string;
  /** Source of a `main` package, where the module has none that can be built from outside. */
  readonly main?: string;
  /** Variables that releases are linked with, as `-X` takes them. */
  readonly variables?: readonly string[];
}

/** A tool as this project needs it. */
export interface Tool {
  readonly name: ToolName;
  /** What is fetched where no fitting one is found. */
  readonly version: string;
  /** Which versions on PATH are used as they are. */
  readonly range: string;
  /** Arguments that make it print its version, offline. */
  readonly versionArgs: readonly string[];
  /** Other programs that it cannot work without; they come with it. */
  readonly companions: readonly string[];
  /** Its name in mise's registry. */
  readonly mise: string;
  /** What to build, in this order: what is least likely to be had comes first. */
  readonly go: readonly GoProgram[];
  /** Where its makers say how to install it. */
  readonly link: string;
}

/** The tools, by name. */
export const TOOL_NAMES = ["pulumi", "kind", "kubectl", "helm"] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

const PULUMI = "3.259.0";
const KIND = "0.33.0";
const HELM = "3.22.0";
/** The minor version of the Kubernetes that kind's pinned release makes: kubectl supports one on either side. */
const KUBECTL = "1.37.2";

/** What each tool is, which versions fit and where they come from. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  pulumi: {
    name: "pulumi",
    version: PULUMI,
    // Pulumi.yaml's requiredPulumiVersion.
    range: ">=3.248.0 <4",
    versionArgs: ["version"],
    companions: ["pulumi-language-nodejs"],
    mise: "aqua:pulumi/pulumi",
    go: [
      {
        name: "pulumi-language-nodejs",
        module: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
        version: `v${PULUMI}`,
        package: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
      },
      {
        name: "pulumi",
        module: "github.com/pulumi/pulumi/pkg/v3",
        version: `v${PULUMI}`,
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI}`],
      },
    ],
    link: "https://www.pulumi.com/docs/iac/download-install/",
  },
  kind: {
    name: "kind",
    version: KIND,
    // The first that turns the label patch into the form of new kubeadm versions (components/kindCluster.ts).
    range: ">=0.33.0 <1",
    versionArgs: ["version"],
    companions: [],
    mise: "aqua:kubernetes-sigs/kind",
    go: [
      {
        name: "kind",
        module: "sigs.k8s.io/kind",
        version: `v${KIND}`,
        package: "sigs.k8s.io/kind",
      },
    ],
    link: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
  },
  kubectl: {
    name: "kubectl",
    version: KUBECTL,
    range: ">=1.32.0 <2",
    versionArgs: ["version", "--client"],
    companions: [],
    mise: "aqua:kubernetes/kubernetes/kubectl",
    go: [
      {
        name: "kubectl",
        module: "k8s.io/kubectl",
        // Kubernetes' libraries are released as 0.x beside Kubernetes 1.x.
        version: `v${KUBECTL.replace(/^1/, "0")}`,
        // k8s.io/kubernetes/cmd/kubectl, without the replace directives that keep it from being a dependency.
        main: `package main

import (
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	util.CheckErr(cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()))
}
`,
        variables: [
          `k8s.io/component-base/version.gitVersion=v${KUBECTL}`,
          "k8s.io/component-base/version.gitMajor=1",
          `k8s.io/component-base/version.gitMinor=${semver.minor(KUBECTL)}`,
        ],
      },
    ],
    link: "https://kubernetes.io/docs/tasks/tools/",
  },
  helm: {
    name: "helm",
    version: HELM,
    // What this project asks of helm (lint, template, install, status) is the same in 3 and 4.
    range: ">=3.18.0 <5",
    versionArgs: ["version", "--short"],
    companions: [],
    mise: "aqua:helm/helm",
    go: [
      {
        name: "helm",
        module: "helm.sh/helm/v3",
        version: `v${HELM}`,
        package: "helm.sh/helm/v3/cmd/helm",
        variables: [`helm.sh/helm/v3/internal/version.version=v${HELM}`],
      },
    ],
    link: "https://helm.sh/docs/intro/install/",
  },
};

/** A tool that can be used. */
export interface Found {
  readonly tool: Tool;
  readonly version: string;
  /** The executable. */
  readonly file: string;
}

/** A tool that cannot, and why. */
export interface Missing {
  readonly tool: Tool;
  /** One entry per place or way that was tried, such as `PATH: kind 0.20.0 is not >=0.33.0 <1`. */
  readonly tried: readonly string[];
}

/** What there is of some tools. */
export interface Survey {
  readonly found: readonly Found[];
  readonly missing: readonly Missing[];
}

/** Where to look and how to tell what is going on. */
export interface Place {
  /** The environment that programs are looked up and run in. Defaults to this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder that fetched tools go to. Defaults to `.tools` in the project. */
  readonly dir?: string;
  /** Takes lines of progress. Defaults to standard error. */
  readonly say?: (line: string) => void;
}

/** Thrown when tools are missing after everything was tried; its message lists them all. */
export class ToolsError extends Error {
  override readonly name = "ToolsError";

  constructor(readonly missing: readonly Missing[]) {
    super(
      [
        "These tools are missing and could not be fetched:",
        ...missing.flatMap(({ tool, tried }) => [
          `  ${tool.name} (needed: ${tool.range})`,
          ...tried.map((line) => `    - ${indent(line)}`),
          `    Install it by hand: ${tool.link}`,
        ]),
      ].join("\n"),
    );
  }
}

/** Keeps the further lines of a reason under its first one. */
function indent(text: string): string {
  return text.replaceAll("\n", "\n      ");
}

/** One way of getting a tool onto the machine. */
interface Way {
  readonly name: string;
  /** Where it gets a tool from. */
  readonly source: (tool: Tool) => string;
  /**
   * Puts the tool and its companions into a folder.
   *
   * @param bin the folder's path; it does not exist yet, its parent does
   * @throws Error that says why this way does not work here
   */
  readonly fetch: (tool: Tool, bin: string, place: Required<Place>) => Promise<void>;
}

const WAYS: readonly Way[] = [
  {
    name: `mise ${MISE_VERSION} from npm`,
    source: ({ mise, version }) => `${mise}@${version}, a release of its makers`,
    fetch: fetchWithMise,
  },
  {
    name: "Go",
    source: ({ go }) => go.map(({ module, version }) => `${module}@${version}`).join(" and "),
    fetch: buildWithGo,
  },
];

/**
 * Finds tools on PATH and in the project, and fetches those that are in neither.
 *
 * @throws {@link ToolsError} when some can not be had, whatever was tried
 */
export async function ensureTools(names: readonly ToolName[], place: Place = {}): Promise<Found[]> {
  const where = complete(place);
  const { found, missing } = await findTools(names, where);
  const fetched = await Promise.all(missing.map((one) => fetchTool(one, where)));
  const failed = fetched.filter((one) => "tried" in one);
  if (failed.length > 0) {
    throw new ToolsError(failed);
  }
  return inTableOrder([...found, ...fetched.filter((one) => "file" in one)]);
}

/** Looks for tools on PATH and in the project, and fetches nothing. */
export async function findTools(names: readonly ToolName[], place: Place = {}): Promise<Survey> {
  const where = complete(place);
  const all = await Promise.all(names.map((name) => findTool(TOOLS[name], where)));
  return {
    found: all.filter((one) => "file" in one),
    missing: all.filter((one) => "tried" in one),
  };
}

/**
 * The environment in which plain names such as `pulumi` mean the tools that were found.
 *
 * @param found what {@link ensureTools} returned
 * @param env what to start from
 */
export function toolEnvironment(
  found: readonly Found[],
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const existing = searchPath(env);
  const added = found
    .map(({ file }) => path.dirname(file))
    .filter((dir) => !existing.includes(dir));
  return { ...env, PATH: [...new Set([...added, ...existing])].join(path.delimiter) };
}

/** Reads a version out of what a tool printed, such as `kind v0.33.0 go1.26.1 linux/amd64`. */
export function parseVersion(output: string): string | undefined {
  const [text] = /\d+\.\d+\.\d+(?:[-+][\w.+-]+)?/.exec(output) ?? [];
  return semver.parse(text)?.version;
}

/** Whether a version is one that the project was made for. Builds that vendors rename (`1.34.1-gke`) count. */
export function fits(tool: Tool, version: string): boolean {
  return semver.satisfies(version, tool.range, { includePrerelease: true });
}

async function findTool(tool: Tool, place: Required<Place>): Promise<Found | Missing> {
  const onPath = await probe(tool, which(tool.name, place.env), "PATH", place.env);
  if (typeof onPath !== "string") {
    return onPath;
  }
  const own = await probe(tool, executable(ownFolder(tool, place), tool.name), ".tools", place.env);
  // A fetched tool that is not there yet is the normal case and explains nothing.
  return typeof own === "string" ? { tool, tried: [onPath] } : own;
}

/**
 * Judges one executable.
 *
 * @returns the tool, or why it cannot be used
 */
async function probe(
  tool: Tool,
  file: string | undefined,
  label: string,
  env: NodeJS.ProcessEnv,
): Promise<Found | string> {
  if (!file) {
    return `${label}: no ${tool.name} there`;
  }
  const said = await run(file, tool.versionArgs, {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: VERSION_TIMEOUT,
  });
  const version = said.ok ? parseVersion(said.stdout) : undefined;
  if (!version) {
    const asked = [file, ...tool.versionArgs].join(" ");
    return `${label}: ${asked} does not say a version${said.ok ? "" : ` (${said.reason})`}`;
  }
  if (!fits(tool, version)) {
    return `${label}: ${file} is ${version}, not ${tool.range}`;
  }
  const beside = path.dirname(fs.realpathSync(file));
  const lacking = tool.companions.filter((name) => !executable(beside, name) && !which(name, env));
  return lacking.length > 0
    ? `${label}: ${file} has no ${lacking.join(", ")} beside it`
    : { tool, version, file };
}

/** Tries every way, in order, until one works. */
async function fetchTool(missing: Missing, place: Required<Place>): Promise<Found | Missing> {
  const { tool } = missing;
  const home = path.dirname(ownFolder(tool, place));
  const tried = [...missing.tried];
  for (const way of WAYS) {
    const start = Date.now();
    place.say(`${tool.name} ${tool.version}: fetching ${way.source(tool)} with ${way.name}`);
    // Under another name until it is whole, so that an interrupted run leaves nothing that looks done.
    fs.mkdirSync(place.dir, { recursive: true });
    const draft = fs.mkdtempSync(path.join(place.dir, `${tool.name}-`));
    try {
      await way.fetch(tool, path.join(draft, "bin"), place);
      const probed = await probe(
        tool,
        executable(path.join(draft, "bin"), tool.name),
        way.name,
        place.env,
      );
      if (typeof probed === "string") {
        throw new Error(probed);
      }
      fs.rmSync(home, { recursive: true, force: true });
      fs.renameSync(draft, home);
      const seconds = Math.round((Date.now() - start) / 1000);
      place.say(`${tool.name} ${tool.version}: ready after ${seconds} s`);
      return { ...probed, file: path.join(home, "bin", tool.name) };
    } catch (error) {
      const reason = messageOf(error);
      tried.push(`${way.name}: ${reason}`);
      // The whole reason is for the error, in case no other way works.
      place.say(`${tool.name} ${tool.version}: not with ${way.name} (${lines(reason)[0] ?? ""})`);
    } finally {
      fs.rmSync(draft, { recursive: true, force: true });
    }
  }
  return { tool, tried };
}

/** The mise executables of this run by folder: all tools share one, and one download of it. */
const miseByFolder = new Map<string, Promise<string>>();

async function fetchWithMise(tool: Tool, bin: string, place: Required<Place>): Promise<void> {
  const home = path.join(place.dir, "mise");
  const mise = miseByFolder.get(home) ?? installMise(home, place);
  miseByFolder.set(home, mise);
  const env = {
    ...place.env,
    // Nothing of the user's own mise is read or changed, and nothing is left outside the project.
    MISE_DATA_DIR: path.join(home, "data"),
    MISE_CACHE_DIR: path.join(home, "cache"),
    MISE_STATE_DIR: path.join(home, "state"),
    MISE_CONFIG_DIR: path.join(home, "config"),
    MISE_YES: "1",
  };
  const pinned = `${tool.mise}@${tool.version}`;
  const options = { env, cwd: home, timeout: FETCH_TIMEOUT };
  await must(await mise, ["--no-config", "install", pinned], options);
  const dirs = lines(await must(await mise, ["--no-config", "bin-paths", pinned], options));
  const file = dirs.map((dir) => executable(dir.trim(), tool.name)).find(Boolean);
  if (!file) {
    throw new Error(`mise installed ${pinned}, but no ${tool.name} is in it`);
  }
  // A link to the whole folder: what a tool needs beside it stays beside it.
  fs.symlinkSync(path.dirname(fs.realpathSync(file)), bin);
}

/** Installs mise's own platform package: the one without a platform in its name does the same in an install script. */
async function installMise(home: string, place: Required<Place>): Promise<string> {
  const name = `@jdxcode/mise-${process.platform}-${process.arch}`;
  fs.mkdirSync(home, { recursive: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"];
  await must("npm", ["install", "--prefix", home, ...flags, `${name}@${MISE_VERSION}`], {
    env: { ...place.env, NPM_CONFIG_LOGLEVEL: "error" },
    cwd: home,
    timeout: FETCH_TIMEOUT,
  });
  return path.join(home, "node_modules", name, "bin", "mise");
}

/**
 * Builds a tool from its Go module; Go checks the sources against the public checksum database.
 *
 * Not `go install module@version`: that refuses modules with replace directives, as Pulumi's are.
 */
async function buildWithGo(tool: Tool, bin: string, place: Required<Place>): Promise<void> {
  const go = which("go", place.env);
  if (!go) {
    throw new Error("no go on PATH (https://go.dev/dl/)");
  }
  const options = {
    env: { ...place.env, CGO_ENABLED: "0", GOWORK: "off" },
    timeout: FETCH_TIMEOUT,
  };
  const said = await must(go, ["version"], options);
  const version = semver.coerce(said.replace("go version go", ""))?.version;
  if (!version || !semver.satisfies(version, GO_RANGE)) {
    throw new Error(`${go} is ${version ?? said.trim()}, not ${GO_RANGE}`);
  }
  const source = path.join(path.dirname(bin), "src");
  for (const program of tool.go) {
    const cwd = path.join(source, program.name);
    fs.mkdirSync(cwd, { recursive: true });
    await must(go, ["mod", "init", `build/${program.name}`], { ...options, cwd });
    if (program.main) {
      fs.writeFileSync(path.join(cwd, "main.go"), program.main);
    }
    const wanted = program.package ?? program.module;
    await must(go, ["get", `${wanted}@${program.version}`], { ...options, cwd });
    const linked = ["-s -w", ...(program.variables ?? []).map((value) => `-X ${value}`)].join(" ");
    const output = path.join(bin, program.name);
    const flags = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", linked, "-o", output];
    await must(go, ["build", ...flags, program.package ?? "."], { ...options, cwd });
  }
  fs.rmSync(source, { recursive: true });
}

/** The folder that a fetched tool is in. Its version is part of the name: a new pin is a new folder. */
function ownFolder(tool: Tool, place: Required<Place>): string {
  return path.join(place.dir, `${tool.name}-${tool.version}`, "bin");
}

/** Finds a program as a shell does. */
function which(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return searchPath(env)
    .map((dir) => executable(dir, name))
    .find(Boolean);
}

function searchPath(env: NodeJS.ProcessEnv): string[] {
  return (env["PATH"] ?? "").split(path.delimiter).filter(Boolean);
}

function executable(dir: string, name: string): string | undefined {
  const file = path.join(dir, name);
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

function inTableOrder(found: readonly Found[]): Found[] {
  return TOOL_NAMES.flatMap((name) => found.filter(({ tool }) => tool.name === name));
}

function complete(place: Place): Required<Place> {
  return {
    env: place.env ?? process.env,
    dir: place.dir ?? path.join(ROOT, ".tools"),
    say: place.say ?? ((line) => console.error(line)),
  };
}
