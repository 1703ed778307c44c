import * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/settings";
import type { StackFiles } from "../../machine/files";
import type { ChartOverrides } from "../../plan/chart";
import { applicationImages } from "../../plan/podImages";
import { addOnReleases, kubernetesVersion } from "../../plan/render";
import type { KindCluster } from "./kindCluster";

/**
 * The images of pods that the stack does not build, into the nodes of a Kind cluster: the engine pulls them by its logins,
 * mirrors and certificates, of which the nodes have none.
 *
 * Like {@link ImageLoad} it waits for the nodes by itself, while the cluster is made.
 *
 * @param values of the application's chart
 * @returns what has to be there before pods are
 */
export function podImages(
  config: StackConfig,
  values: ChartOverrides,
  { clusterName, identity, unseen }: KindCluster,
  files: StackFiles,
): pulumi.Resource {
  const version = kubernetesVersion(config);
  return new local.Command(
    "pod-images",
    {
      create: "exec node --require tsx/cjs scripts/podImages.ts",
      environment: {
        CLUSTER_NAME: clusterName,
        IDENTITY: identity,
        IDENTITY_FILE: files.identity,
        MAKER_FILE: files.maker,
        IMAGES: applicationImages(values).join(" "),
        RELEASES: JSON.stringify(addOnReleases(config)),
        ...(version !== undefined && { KUBERNETES_VERSION: version }),
      },
      triggers: [identity],
      addPreviousOutputInEnv: false,
    },
    { ignoreChanges: unseen ? ["triggers", "environment.IDENTITY"] : [] },
  );
}
