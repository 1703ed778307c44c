/** kubectl: the one door to it. Which cluster it asks is named each time, never taken from the environment. */
import { must, run, type Outcome, type RunOptions } from "./run";

/** How tools that run beside the program reach a cluster. */
export interface Credentials {
  /** Path of the kubeconfig file. */
  readonly kubeconfigFile: string;
  /** Context in it; its current one when unset. */
  readonly context?: string;
}

/** What of a cluster is asked, and with which kubectl. */
export interface Target extends Credentials {
  /** The context's own when unset. */
  readonly namespace?: string;
  /** Environment with kubectl on PATH. Defaults to this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs kubectl against one cluster. Throws when it fails. */
export type Kubectl = (args: readonly string[]) => Promise<string>;

/**
 * A kubectl that asks one cluster only, and never waits for long: 10 s for an answer, unless another time,
 * in seconds, or what ends it is given.
 */
export function kubectlFor(
  target: Target,
  { timeout = 10, signal }: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Kubectl {
  const options = { ...environment(target), ...(signal && { signal }) };
  return (args) =>
    must(
      "kubectl",
      [...kubectlArguments(target), `--request-timeout=${timeout}s`, ...args],
      options,
    );
}

/** Asks a cluster something that may fail. */
export function tryKubectl(
  target: Target,
  args: readonly string[],
  options: Pick<RunOptions, "timeout"> = {},
): Promise<Outcome> {
  return run("kubectl", [...kubectlArguments(target), ...args], {
    ...environment(target),
    ...options,
  });
}

/** The start of a command line that people can go on with. */
export function kubectlCommand(target: Target): string {
  return ["kubectl", ...kubectlArguments(target)].join(" ");
}

function environment({ env }: Target): Pick<RunOptions, "env"> {
  return env ? { env } : {};
}

/** The arguments by which kubectl is told its cluster. */
export function kubectlArguments({ kubeconfigFile, context, namespace }: Target): string[] {
  return [
    `--kubeconfig=${kubeconfigFile}`,
    ...(context ? [`--context=${context}`] : []),
    ...(namespace ? [`--namespace=${namespace}`] : []),
  ];
}
