/** The cluster that a command loads images into, by the command's environment. */
import type { AwaitedCluster } from "../cluster/awaitNodes";

/**
 * CLUSTER_NAME   the cluster, which may still be being made
 * IDENTITY       the very cluster, by the label of its nodes
 * IDENTITY_FILE  where the stack remembers the identity of its cluster
 * MAKER_FILE     file with the number of the process that makes it
 *
 * @throws Error where one is not set
 */
export function awaitedCluster(): AwaitedCluster {
  const { CLUSTER_NAME, IDENTITY, IDENTITY_FILE, MAKER_FILE } = process.env;
  if (!CLUSTER_NAME || !IDENTITY || !IDENTITY_FILE || !MAKER_FILE) {
    throw new Error("CLUSTER_NAME, IDENTITY, IDENTITY_FILE and MAKER_FILE must be set");
  }
  return {
    name: CLUSTER_NAME,
    identity: IDENTITY,
    identityFile: IDENTITY_FILE,
    makerFile: MAKER_FILE,
  };
}
