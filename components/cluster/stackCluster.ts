import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/settings";
import type { StackFiles } from "../../machine/files";
import type { Machine } from "../../machine/read";
import type { ChartOverrides } from "../../plan/chart";
import type { ImageRefs } from "../../plan/imageRefs";
import { ExistingCluster } from "./existingCluster";
import { ImageLoad } from "./imageLoad";
import { KindCluster } from "./kindCluster";
import { podImages } from "./podImages";

/**
 * The cluster that a stack deploys to: its own, made with Kind, or one that exists.
 *
 * @param namespace where kubectl starts in a cluster of its own
 */
export function stackCluster(
  { cluster: settings }: StackConfig,
  { cluster: found, context }: Machine,
  { kubeconfig: kubeconfigFile }: StackFiles,
  namespace: string,
): KindCluster | ExistingCluster {
  return settings.kind === "kind"
    ? new KindCluster("kind", { settings, kubeconfigFile, namespace, found })
    : new ExistingCluster("existing", { settings, ...(context && { context }) });
}

/** What has to be there before pods are, of which the nodes of a Kind cluster have none by themselves. */
export interface InPlace {
  /** For pods of the application. */
  readonly built: readonly pulumi.Resource[];
  /** For all pods whose images are built elsewhere. */
  readonly others: readonly pulumi.Resource[];
}

/**
 * Brings images to where the cluster's nodes find them.
 *
 * @param images what builds and pushes those of the application
 * @param values of the application's chart
 */
export function imagesInPlace(
  config: StackConfig,
  cluster: KindCluster | ExistingCluster,
  images: pulumi.Resource,
  { refs, values }: { readonly refs: ImageRefs; readonly values: ChartOverrides },
  files: StackFiles,
): InPlace {
  if (cluster instanceof ExistingCluster) {
    return { built: [images], others: [] };
  }
  const { clusterName, identity, unseen, ready } = cluster;
  const args = { clusterName, identity, unseen, files, refs: Object.values(refs) };
  return {
    built: [ready, new ImageLoad("image-load", args, { dependsOn: images })],
    others: [podImages(config, values, cluster, files)],
  };
}
