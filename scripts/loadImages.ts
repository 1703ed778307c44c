/**
 * Loads images from the Docker engine into the worker nodes of a Kind cluster.
 *
 * CLUSTER_NAME   the cluster, which may still be being made
 * IDENTITY       the very cluster, by the label of its nodes
 * IDENTITY_FILE  where the stack remembers the identity of its cluster
 * MAKER_FILE     file with the number of the process that makes it
 * IMAGES         references, separated by spaces
 */
import { loadImages } from "../cluster/loadImages";
import { runMain } from "../machine/run";

async function main(): Promise<void> {
  const { CLUSTER_NAME, IDENTITY, IDENTITY_FILE, MAKER_FILE, IMAGES } = process.env;
  if (!CLUSTER_NAME || !IDENTITY || !IDENTITY_FILE || !MAKER_FILE || !IMAGES) {
    throw new Error("CLUSTER_NAME, IDENTITY, IDENTITY_FILE, MAKER_FILE and IMAGES must be set");
  }
  await loadImages({
    cluster: {
      name: CLUSTER_NAME,
      identity: IDENTITY,
      identityFile: IDENTITY_FILE,
      makerFile: MAKER_FILE,
    },
    images: IMAGES.split(" "),
    say: console.log,
  });
}

runMain(main);
