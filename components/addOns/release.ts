import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../../config/values";
import type { Chart } from "../../machine/charts";
import { ADD_ONS, rowOf, type AddOnName } from "../../config/addOns";
import { WITHOUT_CRDS } from "../../plan/addOnValues";
import { ownDigest } from "../../plan/chartDigest";
import { MAX_HISTORY } from "../../plan/releases";
import { awaitReadiness, UNAWAITED } from "../readiness";
import type { Waiting } from "../releaseWatch";
import { unknownText } from "../unknown";

/** Inputs of every add-on's component. */
export interface AddOnArgs {
  /** The chart. */
  readonly source: pulumi.Input<Chart>;
  /** The chart's values. */
  readonly values: Values;
  readonly waiting: Waiting;
}

/** Which add-on to install, from where and how. */
interface AddOnReleaseArgs extends AddOnArgs {
  readonly name: AddOnName;
  /** See {@link ReadinessArgs}. */
  readonly accepted?: Values;
}

/**
 * Makes the Release of an add-on's upstream chart, as a child of the add-on's component.
 *
 * @returns what waits for it
 */
export function addOnRelease(
  parent: pulumi.ComponentResource,
  { name, source, values, waiting, accepted }: AddOnReleaseArgs,
): pulumi.Resource {
  const chart = pulumi.output(source);
  const { namespace } = ADD_ONS[name];
  const release = new k8s.helm.v3.Release(
    `${name}-release`,
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
      ...(WITHOUT_CRDS.includes(name) && { skipCrds: true }),
      values,
      maxHistory: MAX_HISTORY,
      timeout: waiting.timeout,
      ...UNAWAITED,
    },
    { parent },
  );
  const of = { namespace, name };
  return awaitReadiness(name, { release, of, waiting, ...(accepted && { accepted }) }, { parent });
}
