import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/settings";
import type { StackFiles } from "../../machine/files";
import type { Machine } from "../../machine/read";
import type { ImageRefs } from "../../plan/imageRefs";
import { ExistingCluster } from "./existingCluster";
import { ImageLoad } from "./imageLoad";
import { KindCluster } from "./kindCluster";

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

/**
 * Brings the images to where the cluster's nodes find them.
 *
 * @param images what builds and pushes them
 * @returns what has to be there before pods are
 */
export function imagesInPlace(
  cluster: KindCluster | ExistingCluster,
  images: pulumi.Resource,
  refs: ImageRefs,
  files: StackFiles,
): pulumi.Resource[] {
  if (cluster instanceof ExistingCluster) {
    return [images];
  }
  const { clusterName, identity, unseen, ready } = cluster;
  const args = { clusterName, identity, unseen, files, refs: Object.values(refs) };
  return [ready, new ImageLoad("image-load", args, { dependsOn: images })];
}
