import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../config";
import type { Chart } from "../machine/charts";
import { ADD_ON_NAMESPACES, type AddOnName } from "./addOnNames";
import { releaseHooks, type Waiting } from "./releaseWatch";

/** Revisions that Helm keeps of a release; without a limit it keeps a Secret for each. */
export const MAX_HISTORY = 5;

/** Which add-on to install, from where and how. */
export interface AddOnArgs {
  readonly name: AddOnName;
  readonly source: pulumi.Input<Chart>;
  readonly values: Values;
  readonly waiting: Waiting;
  /** Whether the chart's CustomResourceDefinitions stay out; they would outlive the release. */
  readonly skipCrds?: true;
}

/** Makes the Release of an add-on's upstream chart, as a child of the add-on's component. */
export function addOnRelease(
  parent: pulumi.ComponentResource,
  { name, source, values, waiting, skipCrds }: AddOnArgs,
): k8s.helm.v3.Release {
  const chart = pulumi.output(source);
  const release = `${name}-release`;
  const namespace = ADD_ON_NAMESPACES[name];
  return new k8s.helm.v3.Release(
    release,
    {
      name,
      namespace,
      createNamespace: true,
      chart: chart.chart,
      version: chart.apply(({ version }) => version),
      repositoryOpts: chart.apply(({ repo }) => (repo ? { repo } : undefined)),
      // The provider loads a Release's chart only when all its inputs are known (pulumi-kubernetes,
      // provider/pkg/provider/helm_release.go, Check): a preview does without one that it cannot reach.
      description: chart.apply(({ unseen }) => pulumi.output(unseen ? unknown() : undefined)),
      ...(skipCrds && { skipCrds }),
      values,
      maxHistory: MAX_HISTORY,
      timeout: waiting.timeout,
    },
    { parent, hooks: releaseHooks(release, waiting, namespace) },
  );
}

/** What nobody knows before an update. */
function unknown(): pulumi.Output<string> {
  return pulumi.output(pulumi.unknown).apply(() => "");
}
