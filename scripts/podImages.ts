/**
 * Brings the images of pods that the stack does not build into the nodes of a Kind cluster.
 *
 * IMAGES               references for the workers, separated by spaces; may be empty
 * RELEASES             JSON of releases whose pods' images are wanted, see {@link AddOnRelease}
 * KUBERNETES_VERSION   that they are rendered for; Helm's own when unset
 * Which cluster: see {@link awaitedCluster}.
 */
import { loadPodImages } from "../cluster/podImages";
import { runMain } from "../machine/run";
import type { AddOnRelease } from "../plan/render";
import { awaitedCluster } from "./awaitedCluster";

async function main(): Promise<void> {
  const { IMAGES = "", RELEASES, KUBERNETES_VERSION } = process.env;
  if (!RELEASES) {
    throw new Error("RELEASES must be set");
  }
  await loadPodImages({
    cluster: awaitedCluster(),
    images: IMAGES.split(" ").filter(Boolean),
    releases: JSON.parse(RELEASES) as AddOnRelease[],
    ...(KUBERNETES_VERSION && { kubernetesVersion: KUBERNETES_VERSION }),
    say: console.log,
  });
}

runMain(main);
