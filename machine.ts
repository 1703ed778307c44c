/** What the machine that runs the program has: read once, before any resource is registered. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { refusal, type ExistingSettings, type KindSettings, type StackConfig } from "./config";
import { loopbackPort, pickContext, type KubeContext } from "./kubeconfig";

const run = promisify(execFile);

/** Milliseconds that one question to Docker may take before it counts as unreachable. */
const DOCKER_TIMEOUT = 10_000;

/** Milliseconds in which a chart repository must answer a preview. */
const REPO_TIMEOUT = 5_000;

/** Kind's own label on every node container (kind, pkg/cluster/internal/providers/docker/constants.go). */
export const KIND_CLUSTER_LABEL = "io.x-k8s.kind.cluster";

/** The node label that says which stack made a cluster, and which time it was made. */
export const IDENTITY_LABEL = "soc-agent.dev/identity";

/** Files that belong to one stack on one machine. Both are ignored by Git. */
export interface StackFiles {
  /** Kubeconfig of the stack's Kind cluster. */
  readonly kubeconfig: string;
  /** The identity that the stack last gave to a cluster. */
  readonly identity: string;
}

/** Paths of a stack's files, relative to the project. */
export function stackFiles(stack: string): StackFiles {
  const file = path.posix.join(".kube", stack);
  return { kubeconfig: `${file}.yaml`, identity: `${file}.identity` };
}

/** What the program goes by. Absent is what a preview could not see. */
export interface Machine {
  readonly docker?: DockerEngine;
  /** What stands behind the Kind cluster's name. */
  readonly cluster?: KindClusterState;
  /** How to talk to the existing cluster. */
  readonly context?: KubeContext;
  /** Chart repositories that a preview could not reach. */
  readonly unreachable: readonly string[];
}

/**
 * Reads what the configuration needs of this machine.
 *
 * A preview does without Docker and without a kubeconfig, and says what it could not check.
 *
 * @throws `pulumi.RunError` with every problem at once
 */
export async function readMachine(config: StackConfig, files: StackFiles): Promise<Machine> {
  const preview = pulumi.runtime.isDryRun();
  const problems: string[] = [];
  const missing = (problem: string, unchecked: string) =>
    preview
      ? void pulumi.log.warn(`Not checked in this preview: ${unchecked}, because ${problem}.`)
      : void problems.push(problem);
  const unreachable = preview ? unreachableRepos(config) : [];
  const machine: { -readonly [key in keyof Machine]: Machine[key] } = { unreachable: [] };

  const { cluster } = config;
  const builds = Object.values(config.images).some(({ kind }) => kind === "build");
  if (cluster.kind === "kind" || builds) {
    const docker = await findDocker();
    if (!isEngine(docker)) {
      missing(
        dockerAdvice(docker),
        "the Kind cluster, and images (those built before are shown as deleted)",
      );
    } else {
      machine.docker = docker;
    }
  }
  if (cluster.kind === "kind" && machine.docker) {
    machine.cluster = await findKindCluster(cluster.name, files.identity);
    if (machine.cluster.kind === "foreign") {
      problems.push(foreignAdvice(cluster.name));
    }
    if (machine.cluster.kind === "ours") {
      const lost = lostNodes(cluster, machine.cluster);
      if (lost.length > 0) {
        await pulumi.log.warn(
          `Nodes of the Kind cluster are gone: ${lost.join(", ")}. The cluster is made again.`,
        );
      } else if (machine.cluster.stopped.length > 0) {
        missing(stoppedAdvice(machine.cluster.stopped), "whether the system answers");
      }
    }
  }
  if (cluster.kind === "existing") {
    const found = readContext(cluster);
    if ("problem" in found) {
      missing(found.problem, "the cluster");
    } else {
      const kindName = found.kindName ?? (await kindClusterAt(found.server));
      if (kindName !== undefined && !cluster.allowKind) {
        problems.push(kindAdvice(cluster.context, kindName, found.server));
      }
      machine.context = found;
    }
  }
  machine.unreachable = await unreachable;
  for (const repo of machine.unreachable) {
    missing(`${repo} cannot be reached`, "an add-on's chart");
  }
  if (problems.length > 0) {
    throw refusal("This machine is not ready:", problems);
  }
  return machine;
}

/** The chart repositories of a configuration that do not answer. */
async function unreachableRepos(config: StackConfig): Promise<string[]> {
  const { ingress, metricsServer, certManager } = config;
  const repos = [ingress, metricsServer, certManager]
    .flatMap(({ install, source }) => (install && source.repo ? [source.repo] : []))
    // A registry's address is not a page that could be asked for.
    .filter((repo) => repo.startsWith("http"));
  const asked = [...new Set(repos)].map(async (repo) => {
    const index = `${repo.replace(/\/$/, "")}/index.yaml`;
    const signal = AbortSignal.timeout(REPO_TIMEOUT);
    const reached = await fetch(index, { method: "HEAD", signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    return reached ? [] : [repo];
  });
  return (await Promise.all(asked)).flat();
}

/** What to do about somebody else's cluster. */
export function foreignAdvice(name: string): string {
  return (
    `a Kind cluster named "${name}" exists that this stack did not make: it is left alone. ` +
    `Delete it (kind delete cluster --name ${name}), or set another name in soc-agent:cluster.kind.name`
  );
}

/** What to do about nodes that do not run, as after a restart of the machine. */
function stoppedAdvice(nodes: readonly string[]): string {
  return `nodes of the Kind cluster are stopped: ${nodes.join(", ")}. Run npm run up, which starts them, or do it by hand (docker start ${nodes.join(" ")})`;
}

/** The names that Kind gives to a cluster's nodes (kind, pkg/cluster/internal/providers/common/namer.go). */
export function nodeNames({ name, workers }: Pick<KindSettings, "name" | "workers">): string[] {
  const worker = (index: number) => `${name}-worker${index === 0 ? "" : index + 1}`;
  return [`${name}-control-plane`, ...Array.from({ length: workers }, (_, index) => worker(index))];
}

/** Nodes that a cluster of ours should have and that are not there any more. */
export function lostNodes(
  settings: Pick<KindSettings, "name" | "workers">,
  found: Extract<KindClusterState, { kind: "ours" }>,
): string[] {
  return nodeNames(settings).filter((name) => !found.nodes.includes(name));
}

/** What to do about a local cluster where another one is meant. */
function kindAdvice(context: string, name: string, server: string): string {
  return (
    `the context "${context}" is the Kind cluster "${name}" at ${server}, not a cluster for production: nothing is deployed to it. ` +
    `Set soc-agent:cluster.existing.context to the context that is meant, or cluster.existing.allowKind to true if it is this one`
  );
}

function readContext(settings: ExistingSettings): KubeContext | { readonly problem: string } {
  const { kubeconfig } = settings;
  return fs.existsSync(kubeconfig)
    ? pickContext(fs.readFileSync(kubeconfig, "utf8"), settings)
    : {
        problem: `the kubeconfig ${kubeconfig} does not exist. Set soc-agent:cluster.existing.kubeconfig to the cluster's kubeconfig`,
      };
}

/**
 * Looks for a Kind cluster behind an API server, whatever its context is called.
 *
 * @returns its name; `undefined` for an API server elsewhere or, as with a tunnel, of another kind
 */
async function kindClusterAt(server: string): Promise<string | undefined> {
  const port = loopbackPort(server);
  if (port === undefined) {
    return undefined;
  }
  const filter = `label=${KIND_CLUSTER_LABEL}`;
  const format = `{{.Label "${KIND_CLUSTER_LABEL}"}} {{.Ports}}`;
  try {
    const listed = await docker(["ps", "--filter", filter, "--format", format]);
    const node = listed.split("\n").find((line) => line.includes(`:${port}->`));
    return node?.split(" ")[0];
  } catch (error) {
    await pulumi.log.debug(`Docker could not be asked for Kind clusters: ${messageOf(error)}`);
    return undefined;
  }
}

/** A Docker engine that answers. */
export interface DockerEngine {
  /** Endpoint of the active context, such as `unix:///var/run/docker.sock`. */
  readonly host: string;
  /** What its images are built for, such as `linux/amd64`. */
  readonly platform: string;
  /** The server's version, such as `28.2.2`. */
  readonly version: string;
}

/** Why there is no Docker engine, in a form that each get their own advice. */
export interface DockerFailure {
  readonly reason: "no-cli" | "denied" | "unreachable";
  /** Name of the active context, when the CLI could tell. */
  readonly context?: string;
  /** Endpoint that was tried, when the CLI could tell. */
  readonly host?: string;
  /** What the CLI said. */
  readonly detail: string;
}

/** What stands behind a Kind cluster's name. */
export type KindClusterState =
  /** No container has the name. */
  | { readonly kind: "absent" }
  /** This stack made it; `identity` is the one that it was made with, `stopped` those of its nodes that do not run. */
  | {
      readonly kind: "ours";
      readonly identity: string;
      readonly nodes: readonly string[];
      readonly stopped: readonly string[];
    }
  /** An interrupted run of this stack left it before it could carry an identity. */
  | { readonly kind: "unfinished" }
  /** Somebody else's: never to be touched. */
  | { readonly kind: "foreign"; readonly nodes: readonly string[] };

/**
 * Asks the active Docker context (so `DOCKER_HOST`, `DOCKER_CONTEXT` and `docker context use` all
 * count) for its endpoint and its engine.
 *
 * The docker provider looks at none of these by itself: without the endpoint it builds in one
 * engine while `kind` creates the cluster in another (pulumi-docker#603).
 */
export async function findDocker(): Promise<DockerEngine | DockerFailure> {
  let context: { name?: string; host?: string } = {};
  try {
    const format = "{{.Name}} {{.Endpoints.docker.Host}}";
    const server = "{{.Server.Os}}/{{.Server.Arch}} {{.Server.Version}}";
    const answer = docker(["version", "--format", server]);
    // Its failure counts when it is awaited: the context, for which it is not needed, is part of the advice.
    answer.catch(() => {});
    const [name, host] = (await docker(["context", "inspect", "--format", format]))
      .trim()
      .split(" ");
    context = { ...(name && { name }), ...(host && { host }) };
    const [platform, version] = (await answer).trim().split(" ");
    if (!context.host || !platform || !version) {
      throw new Error("the Docker CLI gave an answer that could not be read");
    }
    return { host: context.host, platform, version };
  } catch (error) {
    const detail = messageOf(error);
    const reason = isMissing(error)
      ? "no-cli"
      : /permission denied/i.test(detail)
        ? "denied"
        : "unreachable";
    return {
      reason,
      detail,
      ...(context.name && { context: context.name }),
      ...(context.host && { host: context.host }),
    };
  }
}

/** Tells an engine from a failure. */
export function isEngine(docker: DockerEngine | DockerFailure): docker is DockerEngine {
  return "platform" in docker;
}

/**
 * Says what is wrong with Docker and what to do about it.
 *
 * @returns one line, without a full stop at its end
 */
export function dockerAdvice(failure: DockerFailure): string {
  const where = failure.host ? ` at ${failure.host} (context "${failure.context}")` : "";
  switch (failure.reason) {
    case "no-cli":
      return "no docker command on PATH. Install Docker: https://docs.docker.com/get-docker/";
    case "denied":
      return `no permission to use Docker${where}. Add yourself to its group (sudo usermod -aG docker "$USER") and log in again`;
    case "unreachable":
      return `no Docker engine answers${where}. Start Docker, or choose another context with "docker context use"`;
  }
}

/**
 * Looks for a Kind cluster and for who made it. Works on stopped nodes as well.
 *
 * @param name the cluster's name
 * @param identityFile where the stack remembers the identity it last gave to a cluster
 */
export async function findKindCluster(
  name: string,
  identityFile: string,
): Promise<KindClusterState> {
  const filter = `label=${KIND_CLUSTER_LABEL}=${name}`;
  const format = "{{.Names}} {{.State}}";
  const listed = await docker(["ps", "--all", "--filter", filter, "--format", format]);
  const nodes = listed
    .split("\n")
    .filter(Boolean)
    .sort()
    .map((line) => line.split(" ") as [name: string, state: string]);
  const identities = await Promise.all(nodes.map(([node]) => nodeIdentity(node)));
  const remembered = fs.existsSync(identityFile)
    ? fs.readFileSync(identityFile, "utf8").trim()
    : undefined;
  return clusterState(
    nodes.map(([name, state], index) => ({
      name,
      running: state === "running",
      identity: identities[index],
    })),
    remembered,
  );
}

/** A node's identity: `null` when it was made without one, `undefined` before kubeadm was set up. */
export type NodeIdentity = string | null | undefined;

/** A node container. */
export interface Node {
  readonly name: string;
  readonly running: boolean;
  readonly identity: NodeIdentity;
}

/**
 * Judges whose cluster some nodes are.
 *
 * @param remembered the identity that this stack last wrote down, if any
 */
export function clusterState(
  nodes: readonly Node[],
  remembered: string | undefined,
): KindClusterState {
  if (nodes.length === 0) {
    return { kind: "absent" };
  }
  const told = nodes.find(({ identity }) => identity !== undefined)?.identity;
  const names = nodes.map(({ name }) => name);
  if (remembered !== undefined && told === remembered) {
    const stopped = nodes.filter(({ running }) => !running).map(({ name }) => name);
    return { kind: "ours", identity: remembered, nodes: names, stopped };
  }
  // Only a run that wrote its identity down before `kind create` can have left such nodes.
  if (remembered !== undefined && told === undefined) {
    return { kind: "unfinished" };
  }
  return { kind: "foreign", nodes: names };
}

/** Reads a node's identity from the kubeadm configuration that Kind wrote into its container. */
async function nodeIdentity(node: string): Promise<NodeIdentity> {
  let archive: string;
  try {
    // `cp` reads stopped containers too, which `exec` cannot.
    archive = await docker(["cp", `${node}:/kind/kubeadm.conf`, "-"]);
  } catch (error) {
    if (/could not find the file|no such (file|container)/i.test(messageOf(error))) {
      return undefined;
    }
    throw error;
  }
  const escaped = IDENTITY_LABEL.replaceAll(".", "\\.");
  return new RegExp(`${escaped}=([A-Za-z0-9._-]+)`).exec(archive)?.[1] ?? null;
}

async function docker(args: readonly string[]): Promise<string> {
  const { stdout } = await run("docker", args, { timeout: DOCKER_TIMEOUT, maxBuffer: 16 << 20 });
  return stdout;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function messageOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && typeof error.stderr === "string") {
    return error.stderr.trim() || error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
