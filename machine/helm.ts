/** Helm, as far as it is asked without a cluster. */
import type { Values } from "../config/values";
import { must } from "./run";

/** A release as Helm installs it. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
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
