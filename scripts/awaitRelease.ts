/**
 * Waits for a Helm release, which was made without waiting for it.
 *
 * RELEASE, NAMESPACE   which one
 * RELEASE_REVISION     its revision that Pulumi has made
 * TIMEOUT              seconds
 * NODES                how many nodes the cluster has when it has all; unset where they come and go by themselves
 * ACCEPTED             JSON of an object that the cluster must take when all is ready; none when unset
 * ROLLBACK             "true" where the revision before takes its place again when it does not become ready
 * KUBECONFIG, KUBE_CONTEXT
 */
import { awaitRelease } from "../cluster/wait/wait";
import { runMain } from "../machine/run";
import type { KubernetesObject } from "../plan/objects";

async function main(): Promise<void> {
  const { RELEASE, NAMESPACE, RELEASE_REVISION, TIMEOUT, NODES, ACCEPTED, ROLLBACK } = process.env;
  const { KUBECONFIG, KUBE_CONTEXT } = process.env;
  if (!RELEASE || !NAMESPACE || !RELEASE_REVISION || !TIMEOUT || !KUBECONFIG) {
    throw new Error("RELEASE, NAMESPACE, RELEASE_REVISION, TIMEOUT and KUBECONFIG must be set");
  }
  const target = { kubeconfigFile: KUBECONFIG, ...(KUBE_CONTEXT && { context: KUBE_CONTEXT }) };
  await awaitRelease(
    target,
    { name: RELEASE, namespace: NAMESPACE },
    {
      revision: Number(RELEASE_REVISION),
      timeout: Number(TIMEOUT),
      rollback: ROLLBACK === "true",
      ...(NODES && { nodes: Number(NODES) }),
      ...(ACCEPTED && { accepted: JSON.parse(ACCEPTED) as KubernetesObject }),
    },
  );
}

runMain(main);
