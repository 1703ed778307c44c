/** The Docker engine that everything is built and run with. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Milliseconds that one question to Docker may take before it counts as unreachable. */
const DOCKER_TIMEOUT = 10_000;

/** Kind's own label on every node container (kind, pkg/cluster/internal/providers/docker/constants.go). */
export const KIND_CLUSTER_LABEL = "io.x-k8s.kind.cluster";

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

/** Asks the Docker CLI something. */
export async function docker(args: readonly string[]): Promise<string> {
  const { stdout } = await run("docker", args, { timeout: DOCKER_TIMEOUT, maxBuffer: 16 << 20 });
  return stdout;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** What a failed program said, or the error's own message. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && typeof error.stderr === "string") {
    return error.stderr.trim() || error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
