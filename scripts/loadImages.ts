/**
 * Loads images from the Docker engine into the worker nodes of a Kind cluster.
 *
 * IMAGES   references, separated by spaces
 * Which cluster: see {@link awaitedCluster}.
 */
import { loadImages } from "../cluster/loadImages";
import { runMain } from "../machine/run";
import { awaitedCluster } from "./awaitedCluster";

async function main(): Promise<void> {
  const { IMAGES } = process.env;
  if (!IMAGES) {
    throw new Error("IMAGES must be set");
  }
  await loadImages({ cluster: awaitedCluster(), images: IMAGES.split(" "), say: console.log });
}

runMain(main);
