import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ChartSource, Controller, StackConfig, Values } from "../config";

/** Revisions that Helm keeps of a release; without a limit it keeps a Secret for each. */
export const MAX_HISTORY = 5;

/** What can be added to a Kind cluster. The name is also its release's. */
export type AddOnName = Controller | "metrics-server";

/** Namespace of an add-on's release. One that has the add-on's own name goes when the add-on goes. */
export const ADD_ON_NAMESPACES: Readonly<Record<AddOnName, string>> = {
  "ingress-nginx": "ingress-nginx",
  traefik: "traefik",
  "metrics-server": "kube-system",
};

/** Which add-on to install, from where and how. */
export interface AddOnArgs {
  readonly name: AddOnName;
  readonly source: ChartSource;
  readonly values: Values;
  /** Whether the chart's CustomResourceDefinitions stay out; they would outlive the release. */
  readonly skipCrds?: true;
}

/** The add-ons that a configuration wants. */
export function wantedAddOns({
  ingress,
  metricsServer,
}: Pick<StackConfig, "ingress" | "metricsServer">): AddOnName[] {
  return [
    ...(ingress.install ? [ingress.controller] : []),
    ...(metricsServer.install ? ["metrics-server" as const] : []),
  ];
}

/** Makes the Release of an add-on's upstream chart, as a child of the add-on's component. */
export function addOnRelease(
  parent: pulumi.ComponentResource,
  { name, source, values, skipCrds }: AddOnArgs,
): void {
  const { chart, repo, version } = source;
  new k8s.helm.v3.Release(
    `${name}-release`,
    {
      name,
      namespace: ADD_ON_NAMESPACES[name],
      createNamespace: true,
      chart,
      ...(version && { version }),
      ...(repo && { repositoryOpts: { repo } }),
      ...(skipCrds && { skipCrds }),
      values,
      maxHistory: MAX_HISTORY,
      timeout: 300,
    },
    { parent },
  );
}
