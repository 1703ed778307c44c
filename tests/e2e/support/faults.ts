/** Faults, and proofs that they are over. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { mergeValues, type Values } from "../../../config/values";
import { lines, must, run } from "../../../machine/run";
import { askNewestBackend } from "../../support/askPod";
import type { Project, Result, Started } from "../../support/project";
import { until } from "../../support/until";
import { ask, CLUSTER, kubectl, nodeContainers, mustUp, stackConfig, STACK, URL } from "./stack";

const LOCKS = `.pulumi/locks/organization/soc-agent/${STACK}`;

/** A file of the backend with a line that {@link served} shows. */
const STATUS = "backend/src/routes/health.ts";

/** Writes the stack's file: what {@link stackConfig} says, with more over it. */
export function configure(project: Project, more: Values = {}): void {
  project.configure(STACK, mergeValues(stackConfig(), more));
}

/** Changes the line of the backend that {@link served} shows. */
export function serve(project: Project, status: string): void {
  const before = project.read(STATUS);
  project.write(STATUS, before.replace(/status: "running[^"]*"/, `status: "${status}"`));
}

/** What the youngest backend pod says of its status. */
export async function served(project: Project): Promise<string> {
  const root = await askNewestBackend(project, `.kube/${STACK}.yaml`, "/");
  return (JSON.parse(root) as { status: string }).status;
}

/** `npm run up`, which may fail. */
export function npmUp(project: Project): Promise<Result> {
  return startUp(project).ended;
}

/** Starts `npm run up` for the stack under test. */
export function startUp(project: Project): Started {
  return project.start("npm", ["run", "up", "--", "--stack", STACK]);
}

/**
 * `npm run up`, which must succeed and after which the system must answer. It may replace the cluster.
 * Returns what it printed.
 */
export async function mend(project: Project): Promise<string> {
  const output = await mustUp(project);
  assert.equal((await ask<{ status: string }>("/health")).status, "healthy");
  return output;
}

/** Files of locks that the stack has. */
export function locks(project: Project): string[] {
  const dir = project.path(LOCKS);
  const files = fs.existsSync(dir) ? fs.readdirSync(dir) : [];
  return files.filter((file) => file.endsWith(".json"));
}

/**
 * Kills an `up` once it says that it is at work on something: SIGINT, and SIGKILL before that has had
 * any effect. Its plugins and their children live on for a while, as they do for a user.
 */
export async function killUpAt(project: Project, pattern: RegExp): Promise<void> {
  const started = startUp(project);
  await started.said(pattern);
  const [lock = ""] = locks(project);
  const { pid } = JSON.parse(project.read(`${LOCKS}/${lock}`)) as { pid: number };
  process.kill(pid, "SIGINT");
  process.kill(pid, "SIGKILL");
  const { code } = await started.ended;
  assert.notEqual(code, 0, "the run was not killed");
  assert.equal(locks(project).length, 1, "the lock was not left behind");
}

/** Every status that a release can have. Helm 3 lists some only unless asked, and Helm 4 has no `--all`. */
const STATUSES = ["deployed", "failed", "pending", "superseded", "uninstalled", "uninstalling"];

/** Releases by status, as Helm has them: none may be pending. */
export async function releaseStatuses(project: Project): Promise<Record<string, string>> {
  const statuses = STATUSES.map((status) => `--${status}`);
  const args = ["--all-namespaces", ...statuses, "--output", "json"];
  const kubeconfig = ["--kubeconfig", project.path(`.kube/${STACK}.yaml`)];
  const list = JSON.parse(await must("helm", ["list", ...args, ...kubeconfig])) as {
    name: string;
    status: string;
  }[];
  return Object.fromEntries(list.map(({ name, status }) => [name, status]));
}

/** What must hold after every repair: all nodes and no more, no lock, every release deployed. */
export async function assertWhole(
  project: Project,
  { cluster = CLUSTER, workers = 2 } = {},
): Promise<void> {
  assert.deepEqual(locks(project), []);
  assert.equal((await nodeContainers(cluster)).length, workers + 1);
  assert.deepEqual(await releaseStatuses(project), {
    "ingress-nginx": "deployed",
    "metrics-server": "deployed",
    "soc-agent": "deployed",
  });
}

/** A node's address. */
export async function addressOf(node: string): Promise<string> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  return (await must("docker", ["inspect", "--format", format, node])).trim();
}

/** Waits until the application does not answer, which proves that a fault is there. */
export async function untilDown(): Promise<void> {
  await until("the application to be down", 60, async () =>
    (await ask("/health").then(
      () => true,
      () => false,
    ))
      ? undefined
      : true,
  );
}

/** Waits until nobody listens where the ingress controller does: one without an application would still answer. */
export async function untilRefused(): Promise<void> {
  await until("the ingress controller to be gone", 60, () =>
    fetch(URL).then(
      () => undefined,
      () => true,
    ),
  );
}

/** Asks for `/health` all the while something is done. Returns how often it was not answered. */
export async function failuresDuring(work: () => Promise<unknown>): Promise<number> {
  let failures = 0;
  let asked = 0;
  let done = false;
  const asking = (async () => {
    while (!done) {
      await ask("/health").catch(() => (failures += 1));
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    await work();
  } finally {
    done = true;
    await asking;
  }
  assert.ok(asked > 10, `asked only ${asked} times`);
  return failures;
}

/** Runs a command in a node of the cluster. */
export function inNode(node: string, ...command: string[]): Promise<string> {
  return must("docker", ["exec", `${CLUSTER}-${node}`, ...command]);
}

/** Pods of the backend by the reason why they wait. */
export async function waitingReasons(project: Project): Promise<string[]> {
  const format = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
  const text = await kubectl(project, "get", "pods", "-l", "app=soc-backend", "-o", format);
  return text.split(/\s+/).filter(Boolean);
}

/** Whether an image is in a node's containerd. */
export async function hasImage(node: string, image: string): Promise<boolean> {
  const name = `docker.io/library/${image}`;
  const found = await inNode(node, "ctr", "--namespace=k8s.io", "images", "ls", "--quiet");
  return lines(found).includes(name);
}

/** Restarts the Docker engine, with the command that the machine's owner has named for it. */
export async function restartDocker(): Promise<void> {
  const { SOC_LAB_RESTART_DOCKER = "" } = process.env;
  assert.notEqual(SOC_LAB_RESTART_DOCKER, "", "SOC_LAB_RESTART_DOCKER must be set");
  await must("sh", ["-c", SOC_LAB_RESTART_DOCKER]);
  await until("the Docker engine", 60, async () =>
    (await run("docker", ["version"])).ok ? true : undefined,
  );
}
