/** Why pods are not ready: what Kubernetes knows and a timeout does not say. */
import { setTimeout } from "node:timers/promises";
import { lines, messageOf, must } from "./run";

/** Whose pods. */
export interface PodsOf {
  readonly kubeconfigFile: string;
  /** Context in the kubeconfig; its current one when unset. */
  readonly context?: string;
  readonly namespace: string;
  /** Environment with kubectl on PATH. Defaults to this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The part of a container's status that is read here (core/v1 ContainerStatus). */
interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: Reason;
  readonly terminated?: Reason & { readonly exitCode: number };
}

interface Reason {
  readonly reason?: string;
  readonly message?: string;
}

/** The part of a pod that is read here (core/v1 Pod). */
export interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly (Reason & { readonly type: string; readonly status: string })[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Lines of a log that are shown for each failing pod. */
const LOG_LINES = 15;
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
        .map(({ metadata: { name } }) => `  ${commandLine(of)} describe pod ${name}`),
      `  ${commandLine(of)} get events --sort-by=.lastTimestamp`,
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

/** The pods that are to stay. */
async function findPods(kubectl: Kubectl, known?: ReadonlySet<string>): Promise<Pod[]> {
  const { items } = JSON.parse(await kubectl(["get", "pods", "-o", "json"])) as { items: Pod[] };
  return items.filter(
    ({ metadata: { name, deletionTimestamp } }) => !deletionTimestamp && !known?.has(name),
  );
}

/** Whether a pod serves, or has done its work. */
export function isReady({ status }: Pod): boolean {
  const ready = status.conditions?.some(
    ({ type, status }) => type === "Ready" && status === "True",
  );
  return status.phase === "Succeeded" || ready === true;
}

/** Reasons of a waiting container that time alone does not mend (kubelet, pkg/kubelet/images and container). */
const HOPELESS = /BackOff|^Err|Error$|^InvalidImageName$/;

/** Whether a pod will not become ready by waiting: it crashes, or its image cannot be had. */
export function isFailing({ status }: Pod): boolean {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].some(
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
export function reasonOf({ status }: Pod): string {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const reasons = containers
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

/** Runs kubectl against some pods' cluster and namespace. */
export type Kubectl = (args: readonly string[]) => Promise<string>;

async function reportOn(pod: Pod, kubectl: Kubectl): Promise<string> {
  const { name } = pod.metadata;
  const restarted = pod.status.containerStatuses?.some(({ restartCount }) => restartCount > 0);
  const logs = ["logs", name, "--all-containers", `--tail=${LOG_LINES}`];
  const selector = `--field-selector=involvedObject.name=${name},type=Warning`;
  const format = 'jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}';
  const [events, log] = await Promise.all([
    kubectl(["get", "events", selector, "-o", format]).catch(messageOf),
    lastWords(kubectl, logs, restarted === true).catch(messageOf),
  ]);
  return [
    `  ${name}: ${reasonOf(pod)}`,
    ...indent("events", lastLines(events, 5)),
    ...indent("log", lastLines(log, LOG_LINES)),
  ].join("\n");
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

function kubectlArgs({ kubeconfigFile, context, namespace }: PodsOf): string[] {
  return [
    `--kubeconfig=${kubeconfigFile}`,
    ...(context ? [`--context=${context}`] : []),
    `--namespace=${namespace}`,
  ];
}

function commandLine(of: PodsOf): string {
  return ["kubectl", ...kubectlArgs(of)].join(" ");
}

/**
 * A kubectl that asks one cluster and namespace only, and never waits for long: 10 s for an answer, unless
 * another time, in seconds, or what ends it is given.
 */
export function kubectlFor(
  of: PodsOf,
  { timeout = 10, signal }: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Kubectl {
  const options = { ...(of.env && { env: of.env }), ...(signal && { signal }) };
  return (args) =>
    must("kubectl", [...kubectlArgs(of), `--request-timeout=${timeout}s`, ...args], options);
}
