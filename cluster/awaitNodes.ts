/** Waiting for the nodes of a Kind cluster that another command makes meanwhile. */
import { setTimeout } from "node:timers/promises";
import { findKindCluster } from "../machine/kindCluster";
import { workers, type Node } from "./nodeImages";
import { isRunning, messageOf } from "../machine/run";

/** Milliseconds between two looks. */
const PAUSE = 500;

/** Milliseconds without a process that makes the cluster, until none is expected any more. */
export interface Patience {
  /** Before there was one: an old cluster may have to be deleted first. */
  readonly before: number;
  /** After there was one. */
  readonly after: number;
}

/** A cluster that is there, or being made. */
export interface AwaitedCluster {
  readonly name: string;
  readonly identity: string;
  /** Where its identity is remembered. */
  readonly identityFile: string;
  /** File with the number of the process that makes it. */
  readonly makerFile: string;
}

/** The workers of a cluster, once they take images. @throws as {@link awaitCluster} */
export function awaitNodes(cluster: AwaitedCluster, patience?: Patience): Promise<Node[]> {
  return awaitCluster(cluster, workers, patience);
}

/**
 * Waits until nodes of a cluster run and take images, which is long before Kubernetes is ready.
 *
 * @param find the nodes of a cluster, by its name; it throws while they take no images
 * @throws Error when the cluster is not there and nothing makes it
 */
export async function awaitCluster<T>(
  cluster: AwaitedCluster,
  find: (name: string) => Promise<T>,
  patience: Patience = { before: 60_000, after: 3_000 },
): Promise<T> {
  let least = patience.before;
  let madeLast = Date.now();
  for (;;) {
    // What is just being deleted or made can fail to answer.
    const found = await look(cluster, find).catch((error: unknown) => ({ not: messageOf(error) }));
    if ("nodes" in found) {
      return found.nodes;
    }
    if (isRunning(cluster.makerFile)) {
      least = patience.after;
      madeLast = Date.now();
    } else if (Date.now() - madeLast > least) {
      throw new Error(
        `The images were not loaded: cluster ${cluster.name} is not being made (${found.not}). The errors of kind-cluster say why`,
      );
    }
    await setTimeout(PAUSE);
  }
}

/**
 * Gives something to nodes of a cluster that may still be being made, and once more when it is made where that failed before:
 * Kind restarts the containerd of all nodes whose configuration it patches, as it does for `registryMirrors` (kind,
 * pkg/cluster/internal/create/actions/config/config.go).
 *
 * @throws whatever `give` throws once nothing makes the cluster
 */
export async function despiteCreation(
  { name, makerFile }: Pick<AwaitedCluster, "name" | "makerFile">,
  give: () => Promise<void>,
  say: (text: string) => void,
): Promise<void> {
  const early = isRunning(makerFile);
  try {
    await give();
  } catch (error) {
    if (!early) {
      throw error;
    }
    say(`${messageOf(error)}: once more when cluster ${name} is made`);
    while (isRunning(makerFile)) {
      await setTimeout(PAUSE);
    }
    await give();
  }
}

/** The nodes of the very cluster. @throws Error that says why they take no images yet */
async function look<T>(
  { name, identity, identityFile }: AwaitedCluster,
  find: (name: string) => Promise<T>,
): Promise<{ readonly nodes: T }> {
  const found = await findKindCluster(name, identityFile);
  if (found.kind !== "ours" || found.identity !== identity) {
    throw new Error(found.kind === "ours" ? "an earlier one is there" : `it is ${found.kind}`);
  }
  return { nodes: await find(name) };
}
