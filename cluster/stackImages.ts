/**
 * The observability stack's images into the nodes of a Kind cluster, without getting in the application's
 * way: what a node lacks is fetched only once the application serves.
 */
import type { apps } from "@pulumi/kubernetes/types/input";
import { kubectlFor, type Target } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { fillNodes, lacking } from "./fillNodes";
import { LEFT } from "./loadImages";
import { lookUntil } from "./lookUntil";
import { nodesOf, workers } from "./nodeImages";

/** Milliseconds that the engine may take to pull images: an `up` waits a minute for the stack, and nodes have to take them too. */
const PULLING = 40_000;

/** Inputs of {@link fetchImages}. */
export interface FetchArgs {
  /** Name of the Kind cluster. */
  readonly cluster: string;
  /** References of images that workers need. */
  readonly images: readonly string[];
  /** References of those that the control-plane needs too. */
  readonly everywhere: readonly string[];
  readonly target: Target;
  /** Namespaces whose Deployments come first, the application's at their head. */
  readonly first: readonly string[];
  /** Milliseconds until they are no longer waited for. */
  readonly timeout: number;
  /** Told what is done. */
  readonly say: (text: string) => void;
}

/**
 * Sends each node the images that it lacks, pulled by the engine if it does not have them. What cannot be had
 * within {@link PULLING} is left to the nodes, which pull by themselves.
 *
 * @throws Error when the cluster is not there
 */
export async function fetchImages(args: FetchArgs): Promise<void> {
  const { cluster, images, everywhere, say } = args;
  const places = [
    { nodes: await workers(cluster), images },
    { nodes: await nodesOf(cluster, "control-plane"), images: everywhere },
  ];
  const wanted = lacking(places);
  if (wanted.length > 0 && !(await served(args))) {
    say(`The application does not serve: ${LEFT} ${wanted.join(", ")}`);
    return;
  }
  await fillNodes(places, PULLING, say);
}

/** Waits until what comes first is available. @returns whether it is before time is up */
function served({ target, first, timeout }: FetchArgs): Promise<boolean> {
  const kubectl = kubectlFor(target);
  // A cluster that is still being made does not answer.
  const look = () =>
    kubectl(["get", "deployments", "-A", "--output=json"]).then(
      (list) => areAvailable(list, first),
      () => false,
    );
  return lookUntil(look, Boolean, Date.now() + timeout);
}

type Deployment = Seen<apps.v1.Deployment, "spec"> & {
  readonly metadata: { readonly namespace: string };
};

/** Whether the first of some namespaces has Deployments, and all of those in them are available. */
function areAvailable(list: string, namespaces: readonly string[]): boolean {
  const deployments = itemsOf<Deployment>(list).filter(({ metadata }) =>
    namespaces.includes(metadata.namespace),
  );
  return (
    deployments.some(({ metadata }) => metadata.namespace === namespaces[0]) &&
    deployments.every(
      ({ spec, status }) => (status?.availableReplicas ?? 0) >= (spec.replicas ?? 1),
    )
  );
}
