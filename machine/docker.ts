/** Docker: the one door to its CLI, and the engine behind it, which everything is built and run with. */
import {
  spawn,
  type ChildProcess,
  type ChildProcessByStdio,
  type StdioOptions,
} from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ownEnvironment } from "./environment";
import { lines, must, run, type Outcome, type Output, type RunOptions } from "./run";

/** Docker's CLI: what is run, and what texts tell users to run. */
export const DOCKER = "docker";

/** Options for a question that Docker answers at once: it counts as unreachable after so many milliseconds. */
export const ANSWER = { timeout: 10_000 };

/** Kind's own label on every node container (kind, pkg/cluster/internal/providers/docker/constants.go). */
export const KIND_CLUSTER_LABEL = "io.x-k8s.kind.cluster";

/** Runs a command of Docker's CLI that may fail. */
export function tryDocker(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return run(DOCKER, args, options);
}

/**
 * Runs a command of Docker's CLI that must succeed.
 *
 * @returns what it printed
 * @throws Error with what the CLI said
 */
export function docker(args: readonly string[], options?: RunOptions): Promise<string> {
  return must(DOCKER, args, options);
}

/** Asks Docker what it knows at once. @throws Error with what the CLI said */
export function askDocker(args: readonly string[]): Promise<string> {
  return docker(args, ANSWER);
}

/**
 * Starts a command of Docker's CLI whose input or output is a stream.
 *
 * @param stdio standard input, output and error, as `spawn` takes them
 */
export function startDocker(
  args: readonly string[],
  stdio: ["ignore", "pipe", "inherit"],
): ChildProcessByStdio<null, Readable, null>;
export function startDocker(
  args: readonly string[],
  stdio: ["pipe", "ignore", "inherit"],
): ChildProcessByStdio<Writable, null, null>;
export function startDocker(
  args: readonly string[],
  stdio: ["ignore", Writable, "inherit"],
): ChildProcess;
export function startDocker(args: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn(DOCKER, args, { stdio, env: ownEnvironment() });
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

/**
 * Asks the active Docker context (so `DOCKER_HOST`, `DOCKER_CONTEXT` and `docker context use` all
 * count) for its endpoint and its engine.
 *
 * The docker provider looks at none of these by itself: without the endpoint it builds in one
 * engine while `kind` creates the cluster in another (pulumi-docker#603).
 */
export async function findDocker(): Promise<DockerEngine | DockerFailure> {
  const contextFormat = "{{.Name}} {{.Endpoints.docker.Host}}";
  const serverFormat = "{{.Server.Os}}/{{.Server.Arch}} {{.Server.Version}}";
  const [inspected, answered] = await Promise.all([
    tryDocker(["context", "inspect", "--format", contextFormat], { ...ANSWER, why: words }),
    tryDocker(["version", "--format", serverFormat], { ...ANSWER, why: words }),
  ]);
  const [context, host] = fields(inspected);
  const [platform, version] = fields(answered);
  if (host && platform && version) {
    return { host, platform, version };
  }
  const failed = [inspected, answered].find(({ ok }) => !ok);
  const detail = failed?.reason ?? "the Docker CLI gave an answer that could not be read";
  return {
    reason: reasonOf(failed),
    detail,
    // The context, for which the engine is not needed, is part of the advice.
    ...(context && { context }),
    ...(host && { host }),
  };
}

/** Memory that Docker has in all, in bytes; unknown where it does not say. */
export async function dockerMemory(): Promise<number | undefined> {
  const { ok, stdout } = await tryDocker(["info", "--format", "{{.MemTotal}}"], ANSWER);
  return ok && Number(stdout) > 0 ? Number(stdout) : undefined;
}

/** Stand-ins for the CLI, as of WSL, say on standard output why they do nothing. */
function words({ stdout, stderr }: Output): string[] {
  return lines(stderr.trim() === "" ? stdout : stderr).slice(-4);
}

function fields({ ok, stdout }: Outcome): string[] {
  return ok ? stdout.trim().split(" ") : [];
}

function reasonOf(failed: Outcome | undefined): DockerFailure["reason"] {
  if (failed?.missing) {
    return "no-cli";
  }
  return /permission denied/i.test(failed?.reason ?? "") ? "denied" : "unreachable";
}

/** Tells an engine from a failure. */
export function isEngine(docker: DockerEngine | DockerFailure): docker is DockerEngine {
  return "platform" in docker;
}
