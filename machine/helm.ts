/** Helm: what it renders without a cluster, and what it has recorded in one, which is named each time. */
import type { Values } from "../config/values";
import type { Target } from "./kubectl";
import { must, run } from "./run";

/** Which Helm release. */
export interface ReleaseName {
  readonly namespace: string;
  readonly name: string;
}

/** A release as Helm installs it. */
export interface Release extends ReleaseName {
  /** Folder of its chart. */
  readonly chart: string;
  /** Values over the chart's own. */
  readonly values: Values;
}

/**
 * Renders a release without a cluster: lookups find nothing, and the kinds are those that Helm has built in. Tests are
 * left out, which no installation makes.
 *
 * @param kubernetesVersion such as `1.34.0`; Helm's own when unset
 * @returns a stream of YAML documents
 * @throws Error with Helm's own words, and where there is no Helm
 */
export function renderRelease(
  { name, namespace, chart, values }: Release,
  kubernetesVersion: string | undefined,
): Promise<string> {
  return must(
    "helm",
    [
      ...["template", name, chart, "--namespace", namespace, "--values=-", "--skip-tests"],
      ...(kubernetesVersion === undefined ? [] : ["--kube-version", kubernetesVersion]),
    ],
    { input: JSON.stringify(values) },
  );
}

/**
 * The objects of a release's newest revision, as Helm has recorded them.
 *
 * @returns YAML; nothing where there is no such release
 * @throws Error when Helm cannot tell
 */
export async function manifestOf(
  { kubeconfigFile, context, env }: Target,
  { namespace, name }: ReleaseName,
): Promise<string | undefined> {
  const where = ["--namespace", namespace, "--kubeconfig", kubeconfigFile];
  const args = ["get", "manifest", name, ...where, ...(context ? ["--kube-context", context] : [])];
  const { ok, stdout, reason } = await run("helm", args, env ? { env } : {});
  if (!ok && !reason.includes("release: not found")) {
    throw new Error(`helm get manifest ${name}: ${reason}`);
  }
  return ok ? stdout : undefined;
}
