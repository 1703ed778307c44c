/** The stack under test on its real cluster, as its users see it. */
import * as assert from "node:assert/strict";
import type { core } from "@pulumi/kubernetes/types/input";
import { mergeValues, type Values } from "../../../config/values";
import { itemsOf, type Seen } from "../../../machine/kubernetes";
import { must, lines } from "../../../machine/run";
import { committed, mirrors, Project, type Result } from "../../support/project";

// Overrides let the suites run beside a cluster that is in use.
const { E2E_CLUSTER, E2E_HTTP_PORT, E2E_HTTPS_PORT } = process.env;

export const STACK = "e2e";
export const CLUSTER = E2E_CLUSTER ?? "soc-demo";
export const HTTP_PORT = Number(E2E_HTTP_PORT ?? 8080);
export const HTTPS_PORT = Number(E2E_HTTPS_PORT ?? 8443);
export const URL = `http://localhost:${HTTP_PORT}`;
/** Kubeconfig of the stack, relative to the project. */
export const KUBECONFIG = `.kube/${STACK}.yaml`;

/**
 * The configuration of the stack under test: the dev stack's, apart from the overrides, and without the
 * observability stack, which by default would depend on the machine's memory.
 */
export function stackConfig(): Values {
  const kind = { name: CLUSTER, httpPort: HTTP_PORT, httpsPort: HTTPS_PORT };
  const observability = { install: false };
  return [mirrors(), { cluster: { kind }, observability }].reduce(mergeValues, committed("dev"));
}

/**
 * A copy of the project with the stack under test, of which there is nothing yet.
 *
 * @param dependencies whether its npm packages are there already
 * @param env variables set besides the environment's own
 * @throws AssertionError when a cluster is in the way
 */
export async function freshProject(
  dependencies: "installed" | "missing",
  env: NodeJS.ProcessEnv = {},
): Promise<Project> {
  assert.deepEqual(await nodeContainers(), [], `a cluster named ${CLUSTER} is in the way`);
  const project = await Project.copy(dependencies, env);
  project.configure(STACK, stackConfig());
  return project;
}

/** How Pulumi ended: what it did to how many resources. */
export interface Changes {
  readonly output: string;
  /** Resources whose operation is not "same", as `type name`. */
  readonly changed: readonly string[];
}

/** `pulumi up`, which must succeed, and what it changed. */
export async function up(project: Project): Promise<Changes> {
  const output = await project.must("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK]);
  const steps = lines(output)
    .map((line) => /^\s*[+~-]+\s+(\S+) (\S+) (?:created|updated|deleted|replaced)/.exec(line))
    .flatMap((match) => (match ? [`${match[1]} ${match[2]}`] : []));
  return { output, changed: [...new Set(steps)].sort() };
}

/** `npm run up`, which must succeed, with consent: the stack under test is not dev. @returns what it printed */
export function mustUp(project: Project): Promise<string> {
  return project.must("npm", ["run", "up", "--", "--stack", STACK, "--yes"]);
}

/** `pulumi up` that may fail. */
export function tryUp(project: Project): Promise<Result> {
  return project.run("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK]);
}

/** `pulumi up` that must find nothing to do. */
export function upWithoutChanges(project: Project): Promise<string> {
  const args = ["up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK];
  return project.must("pulumi", args);
}

export function destroy(project: Project): Promise<string> {
  return project.must("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]);
}

/** `npm run down`, with consent: the stack under test is not dev. */
export const DOWN = ["run", "down", "--", "--stack", STACK, "--yes"];

/** Ends whatever state a spec left its stack in, and removes the copy; nothing to do where there was none. */
export async function discard(project: Project | undefined): Promise<void> {
  if (project) {
    const { code, output } = await project.run("npm", DOWN);
    // What a failed spec leaves may not be in the way of the next one.
    await must("kind", ["delete", "cluster", "--name", CLUSTER]);
    project.remove();
    assert.equal(code, 0, output);
  }
}

/** Runs kubectl against the stack's own kubeconfig. */
export function kubectl(project: Project, ...args: string[]): Promise<string> {
  return project.must("kubectl", ["--kubeconfig", KUBECONFIG, ...args]);
}

/** A pod that the API has taken. */
export type Pod = Seen<core.v1.Pod, "spec" | "status">;

/** Asks kubectl for objects. */
export async function objects<T extends Seen<object>>(
  project: Project,
  ...args: string[]
): Promise<T[]> {
  const text = await must("kubectl", [
    "--kubeconfig",
    project.path(KUBECONFIG),
    "get",
    ...args,
    "-o",
    "json",
  ]);
  return itemsOf<T>(text);
}

/** Containers that carry a cluster's label, running or not. */
export async function nodeContainers(cluster = CLUSTER): Promise<string[]> {
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
  return lines(await must("docker", ["ps", "-a", "--filter", filter, "--format", "{{.Names}}"]));
}

/** Endpoints that are still attached to Kind's network. */
export async function networkEndpoints(): Promise<string[]> {
  const format = "{{range .Containers}}{{.Name}}\n{{end}}";
  const all = lines(await must("docker", ["network", "inspect", "kind", "--format", format]));
  return all.filter((name) => name.startsWith(CLUSTER));
}

/** Asks the application for JSON, through the ingress. */
export function ask<T>(path: string, body?: object): Promise<T> {
  return askAt(URL, path, body);
}

/** Asks for JSON at a base URL. Anything but a 200 is an error. */
export async function askAt<T>(base: string, path: string, body?: object): Promise<T> {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(10_000) });
  if (response.status !== 200) {
    throw new Error(`${base}${path} answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as T;
}
