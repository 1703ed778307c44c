import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartSource, Values } from "../config";
import { ADD_ON_NAMESPACES, type AddOnName } from "./addOnNames";
import { releaseHooks, type Waiting } from "./releaseWatch";

/** Revisions that Helm keeps of a release; without a limit it keeps a Secret for each. */
export const MAX_HISTORY = 5;

/** Which add-on to install, from where and how. */
export interface AddOnArgs {
  readonly name: AddOnName;
  readonly source: ChartSource;
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
  const { chart, repo, version } = source;
  const release = `${name}-release`;
  const namespace = ADD_ON_NAMESPACES[name];
  return new k8s.helm.v3.Release(
    release,
    {
      name,
      namespace,
      createNamespace: true,
      chart,
      ...(version && { version }),
      ...(repo && { repositoryOpts: { repo } }),
      ...(skipCrds && { skipCrds }),
      values,
      maxHistory: MAX_HISTORY,
      timeout: waiting.timeout,
    },
    { parent, hooks: releaseHooks(release, waiting, namespace) },
  );
}

/**
 * Lets a preview do without charts that it cannot reach: the provider loads a Release's chart only when
 * all its inputs are known (pulumi-kubernetes, provider/pkg/provider/helm_release.go, Check).
 *
 * @param repos repositories that cannot be reached; none outside of previews
 */
export function withoutCharts(repos: readonly string[]): pulumi.ResourceTransformation {
  return ({ type, props, opts }) => {
    const source = props as Partial<k8s.helm.v3.ReleaseArgs>;
    const { repo } = (source.repositoryOpts ?? {}) as { repo?: string };
    return type === "kubernetes:helm.sh/v3:Release" && repo && repos.includes(repo)
      ? { props: { ...props, description: pulumi.output(pulumi.unknown) }, opts }
      : undefined;
  };
}
