import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../../config/values";
import type { Chart } from "../../machine/charts";
import { ADD_ONS, rowOf, type AddOnName } from "../../config/addOns";
import { ownDigest } from "../../plan/chart";
import { MAX_HISTORY } from "../../plan/releases";
import { releaseHooks, type Waiting } from "../releaseWatch";
import { unknownText } from "../unknown";

/** Inputs of every add-on's component. */
export interface AddOnArgs {
  /** The chart. */
  readonly source: pulumi.Input<Chart>;
  readonly waiting: Waiting;
}

/** Which add-on to install, from where and how. */
interface AddOnReleaseArgs extends AddOnArgs {
  readonly name: AddOnName;
  readonly values: Values;
  /** Whether the chart's CustomResourceDefinitions stay out; they would outlive the release. */
  readonly skipCrds?: true;
}

/** Makes the Release of an add-on's upstream chart, as a child of the add-on's component. */
export function addOnRelease(
  parent: pulumi.ComponentResource,
  { name, source, values, waiting, skipCrds }: AddOnReleaseArgs,
): k8s.helm.v3.Release {
  const chart = pulumi.output(source);
  const release = `${name}-release`;
  const { namespace } = ADD_ONS[name];
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
      description: chart.apply((found) =>
        pulumi.output(found.unseen ? unknownText() : ownDigest(rowOf(name).source, found)),
      ),
      ...(skipCrds && { skipCrds }),
      values,
      maxHistory: MAX_HISTORY,
      timeout: waiting.timeout,
    },
    { parent, hooks: releaseHooks(release, waiting, namespace) },
  );
}
