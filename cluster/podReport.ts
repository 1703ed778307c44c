/** Why pods are not ready: what Kubernetes knows and a timeout does not say. */
import { setTimeout } from "node:timers/promises";
import type { core } from "@pulumi/kubernetes/types/input";
import { crashFaults } from "../machine/crashes";
import { onOneLine } from "../machine/faults";
import { kubectlCommand, kubectlFor, type Kubectl, type Target } from "../machine/kubectl";
import { holds, itemsOf, type Seen, type SeenPart } from "../machine/kubernetes";
import { lines, messageOf } from "../machine/run";

/** Whose pods. */
export interface PodsOf extends Target {
  readonly namespace: string;
}

/** A pod, of which the API always shows the status. */
export type Pod = Seen<core.v1.Pod, "status">;
export type Container = SeenPart<core.v1.ContainerStatus>;

/** Lines of a log that are read for each failing pod, and how many of them are shown. */
const LOG_LINES = { read: 100, shown: 15 };
/** Characters of such a line, and of an event, that are shown. */
const LINE_LENGTH = 300;

/**
 * Reports on every pod that is not ready: its reason, its warnings, its last log lines, and the
 * commands to look further.
 *
 * @param known names of pods that are left out
 * @returns text for people; says so when the cluster cannot be asked
 */
export async function podReport(of: PodsOf, known?: ReadonlySet<string>): Promise<string> {
  const kubectl = kubectlFor(of);
  try {
    const items = await findPods(kubectl, known);
    const failing = items.filter((pod) => !isReady(pod));
    if (failing.length === 0) {
      return `All ${items.length} pods in namespace ${of.namespace} are ready.`;
    }
    const reports = await Promise.all(failing.map((pod) => reportOn(pod, kubectl)));
    return [
      `Not ready in namespace ${of.namespace}: ${failing.length} of ${items.length} pods`,
      ...reports,
      "Look further with:",
      ...failing
        .slice(0, 1)
        .map(({ metadata: { name } }) => `  ${kubectlCommand(of)} describe pod ${name}`),
      `  ${kubectlCommand(of)} get events --sort-by=.lastTimestamp`,
    ].join("\n");
  } catch (error) {
    return `The cluster could not be asked for its pods: ${messageOf(error)}`;
  }
}

/**
 * Which pods are not ready, and why, in one line.
 *
 * @returns says so when there is none, or when the cluster cannot be asked
 */
export async function podsAwaited(of: PodsOf): Promise<string> {
  try {
    const failing = (await findPods(kubectlFor(of))).filter((pod) => !isReady(pod));
    return failing.length === 0
      ? "every pod is ready"
      : `waiting for ${failing.map((pod) => `${pod.metadata.name} (${reasonOf(pod)})`).join(", ")}`;
  } catch (error) {
    return `the cluster could not be asked for its pods: ${messageOf(error)}`;
  }
}

/**
 * What crashing pods die of, where that is known.
 *
 * @returns a line for each cause, with the value of the chart to set; none when the cluster cannot be asked
 */
export async function crashCauses(of: PodsOf): Promise<string[]> {
  const kubectl = kubectlFor(of);
  const crashing = (await findPods(kubectl).catch(() => [])).filter(isFailing);
  const causes = crashing.map(async (pod) => causesOf(pod, await logOf(pod, kubectl)));
  return [...new Set((await Promise.all(causes)).flat())];
}

/** All containers of a pod that have a status, those that begin first at the head. */
export function containersOf({ status }: Pod): Container[] {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}

/** The pods that are to stay. */
async function findPods(kubectl: Kubectl, known?: ReadonlySet<string>): Promise<Pod[]> {
  const items = itemsOf<Pod>(await kubectl(["get", "pods", "-o", "json"]));
  return items.filter(
    ({ metadata: { name, deletionTimestamp } }) => !deletionTimestamp && !known?.has(name),
  );
}

/** Whether a pod serves, or has done its work. */
export function isReady({ status }: Pod): boolean {
  return status.phase === "Succeeded" || holds(status.conditions, "Ready");
}

/** Reasons of a waiting container that time alone does not mend (kubelet, pkg/kubelet/images and container). */
const HOPELESS = /BackOff|^Err|Error$|^InvalidImageName$/;

/** Whether a pod will not become ready by waiting: it crashes, or its image cannot be had. */
export function isFailing(pod: Pod): boolean {
  return containersOf(pod).some(
    ({ ready, state, lastState }) =>
      !ready &&
      (HOPELESS.test(state?.waiting?.reason ?? "") ||
        [state, lastState].some((one) => (one?.terminated?.exitCode ?? 0) !== 0)),
  );
}

/** Names of the pods that are there. A cluster that does not answer has none. */
export async function podNames(of: PodsOf): Promise<ReadonlySet<string>> {
  const pods = await findPods(kubectlFor(of)).catch(() => []);
  return new Set(pods.map(({ metadata }) => metadata.name));
}

/** Whether some pods, besides those that are known, will not become ready by waiting. */
export async function failingPods(of: PodsOf, known: ReadonlySet<string>): Promise<boolean> {
  // Who does not answer knows of none.
  const pods = await findPods(kubectlFor(of), known).catch(() => []);
  return pods.some(isFailing);
}

/** Why a pod is not ready, in one line such as `CrashLoopBackOff: back-off 10s restarting ...`. */
export function reasonOf(pod: Pod): string {
  const { status } = pod;
  const reasons = containersOf(pod)
    .filter(({ ready }) => !ready)
    .map(({ name, state, lastState, restartCount }) => {
      const why = state?.waiting ?? state?.terminated;
      const before = lastState?.terminated;
      return [
        `container ${name}`,
        why ? [why.reason, why.message].filter(Boolean).join(", ") : "running, but not ready",
        before ? `last exit code ${before.exitCode} (${before.reason ?? "no reason given"})` : "",
        restartCount > 0 ? `${restartCount} restarts` : "",
      ]
        .filter(Boolean)
        .join(": ");
    });
  const conditions = (status.conditions ?? [])
    .filter(({ status, message }) => status === "False" && message && reasons.length === 0)
    .map(({ reason, message }) => [reason, message].filter(Boolean).join(": "));
  return [...reasons, ...conditions].join("; ") || (status.phase ?? "unknown");
}

async function reportOn(pod: Pod, kubectl: Kubectl): Promise<string> {
  const { name } = pod.metadata;
  const selector = `--field-selector=involvedObject.name=${name},type=Warning`;
  const format = 'jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}';
  const [events, log] = await Promise.all([
    kubectl(["get", "events", selector, "-o", format]).catch(messageOf),
    logOf(pod, kubectl),
  ]);
  return [
    `  ${name}: ${reasonOf(pod)}`,
    ...indent("events", lastLines(events, 5)),
    ...indent("log", lastLines(log, LOG_LINES.shown)),
    ...indent("likely cause", causesOf(pod, log)),
  ].join("\n");
}

/** What a pod has said last, or why that cannot be had. */
function logOf({ metadata: { name }, status }: Pod, kubectl: Kubectl): Promise<string> {
  const restarted = status.containerStatuses?.some(({ restartCount }) => restartCount > 0);
  const logs = ["logs", name, "--all-containers", `--tail=${LOG_LINES.read}`];
  return lastWords(kubectl, logs, restarted === true).catch(messageOf);
}

/** The known causes for what a pod and the kubelet say. */
function causesOf(pod: Pod, log: string): string[] {
  const part = pod.metadata.labels?.["app.kubernetes.io/component"] ?? "";
  return crashFaults(part, `${log}\n${reasonOf(pod)}`).map(onOneLine);
}

/** What kubelet answers, as if it were the log, for a container that it has just removed (pkg/kubelet/kuberuntime). */
const REMOVED = /^unable to retrieve container logs for /;

/** How often, and how many milliseconds apart, a log is asked for until the pod's status names a container that is there. */
const ATTEMPTS = { count: 5, apart: 1000 };

/** A container that was restarted has said why before it ended; it may have been only just now. */
async function lastWords(
  kubectl: Kubectl,
  logs: readonly string[],
  restarted: boolean,
): Promise<string> {
  const current = () => kubectl(logs);
  // Where none was restarted, there is no previous log, which is no news.
  const previous = () => kubectl([...logs, "--previous"]);
  const sources = restarted ? [previous, current] : [current, () => previous().catch(() => "")];
  for (let attempt = 1; ; attempt++) {
    const said: string[] = [];
    for (const source of sources) {
      said.push(...lines(await source()));
      const words = said.filter((line) => !REMOVED.test(line));
      if (words.length > 0) {
        return words.join("\n");
      }
    }
    // The next status names the container that came after the removed one.
    if (said.length === 0 || attempt === ATTEMPTS.count) {
      return said.join("\n");
    }
    await setTimeout(ATTEMPTS.apart);
  }
}

function indent(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`    ${title}:`, ...lines.map((line) => `      ${line}`)];
}

/** Cut to what a person reads: a crash can quote a whole bundle in one line. */
function lastLines(text: string, count: number): string[] {
  return lines(text)
    .slice(-count)
    .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)} ...` : line));
}
