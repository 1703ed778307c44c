import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ChartSource, Values } from "../config";

/** Revisions that Helm keeps of a release; without a limit it keeps a Secret for each. */
export const MAX_HISTORY = 5;

/** Which release an add-on is. */
export interface AddOn {
  /** Name of the release. */
  readonly name: string;
  readonly namespace: string;
  readonly source: ChartSource;
}

/** The Release of an add-on's upstream chart, as a child of the add-on's component. */
export function addOnRelease(
  parent: pulumi.ComponentResource,
  { name, namespace, source }: AddOn,
  values: Values,
): k8s.helm.v3.Release {
  const { chart, repo, version } = source;
  return new k8s.helm.v3.Release(
    `${name}-release`,
    {
      name,
      namespace,
      createNamespace: true,
      chart,
      ...(version && { version }),
      ...(repo && { repositoryOpts: { repo } }),
      values,
      maxHistory: MAX_HISTORY,
      timeout: 300,
    },
    { parent },
  );
}
