/** The images of pods that the stack does not build into the nodes of a Kind cluster, while that is being made. */
import { renderRelease } from "../machine/helm";
import { imagesByRole, ROLES } from "../plan/podImages";
import { renderAddOns, type AddOnRelease } from "../plan/render";
import { objectsIn } from "../plan/rendered";
import { awaitCluster, despiteCreation, type AwaitedCluster } from "./awaitNodes";
import { fillNodes } from "./fillNodes";
import { sendImages } from "./loadImages";
import { nodesOf } from "./nodeImages";

/** Milliseconds that the engine may take to pull: nodes may have a better way out, and wait for it. */
const PULLING = 60_000;

/** Inputs of {@link loadPodImages}. */
export interface PodImagesArgs {
  readonly cluster: AwaitedCluster;
  /** References of images of the application's pods, which run on workers. */
  readonly images: readonly string[];
  /** Releases of other charts: the images are those of the pods that they render to. */
  readonly releases: readonly AddOnRelease[];
  /** Kubernetes version that they are rendered for; Helm's own when unset. */
  readonly kubernetesVersion?: string;
  /** Told what is done. */
  readonly say: (text: string) => void;
}

/**
 * Sends each node the images that it lacks and may need. A chart that is not at hand, and an image that cannot be had, are
 * left to the nodes, which pull by themselves.
 *
 * @throws Error when the cluster is not there and nothing makes it
 */
export async function loadPodImages(args: PodImagesArgs): Promise<void> {
  const { cluster, images, releases, kubernetesVersion, say } = args;
  const find = async (name: string) =>
    Promise.all(ROLES.map(async (role) => ({ role, nodes: await nodesOf(name, role) })));
  const [places, rendered] = await Promise.all([
    awaitCluster(cluster, find),
    renderAddOns(releases, (release) => renderRelease(release, kubernetesVersion)),
  ]);
  for (const [name, why] of Object.entries(rendered.unseen)) {
    say(`warning: the images of ${name} are left to the nodes: ${why}`);
  }
  const others = imagesByRole(objectsIn(rendered));
  const needed = { ...others, worker: [...new Set([...images, ...others.worker])] };
  await fillNodes(
    places.map(({ role, nodes }) => ({ nodes, images: needed[role] })),
    PULLING,
    say,
    (...sent) => despiteCreation(cluster, () => sendImages(...sent), say),
  );
}
