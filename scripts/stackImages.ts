/**
 * Brings the observability stack's images into the nodes of a Kind cluster, once the application serves.
 *
 * CLUSTER_NAME   the cluster
 * IMAGES         references for the workers, separated by spaces
 * EVERYWHERE     those that the control-plane needs too
 * KUBECONFIG     the cluster's kubeconfig
 * FIRST          namespaces that come first, the application's at their head
 * TIMEOUT        seconds until they are no longer waited for
 */
import { fetchImages } from "../cluster/stackImages";
import { runMain } from "../machine/run";

async function main(): Promise<void> {
  const { CLUSTER_NAME, IMAGES, EVERYWHERE, KUBECONFIG, FIRST, TIMEOUT } = process.env;
  if (!CLUSTER_NAME || !IMAGES || !EVERYWHERE || !KUBECONFIG || !FIRST || !TIMEOUT) {
    throw new Error("CLUSTER_NAME, IMAGES, EVERYWHERE, KUBECONFIG, FIRST and TIMEOUT must be set");
  }
  await fetchImages({
    cluster: CLUSTER_NAME,
    images: IMAGES.split(" "),
    everywhere: EVERYWHERE.split(" "),
    target: { kubeconfigFile: KUBECONFIG },
    first: FIRST.split(" "),
    timeout: Number(TIMEOUT) * 1000,
    say: console.log,
  });
}

runMain(main);
