/** The images of pods that the stack does not build into the nodes of a Kind cluster, while that is being made. */
import { chartAtHand } from "../machine/charts";
import { renderRelease } from "../machine/helm";
import { messageOf } from "../machine/run";
import { parseObjects } from "../plan/objects";
import { imagesByRole, ROLES, type ImagesByRole } from "../plan/podImages";
import type { AddOnRelease } from "../plan/render";
import { awaitCluster, type AwaitedCluster } from "./awaitNodes";
import { fillNodes } from "./fillNodes";
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
  const { cluster, images, releases, say } = args;
  const find = async (name: string) =>
    Promise.all(ROLES.map(async (role) => ({ role, nodes: await nodesOf(name, role) })));
  const [places, ...rendered] = await Promise.all([
    awaitCluster(cluster, find),
    ...releases.map((release) => imagesOf(release, args)),
  ]);
  const needed = (role: (typeof ROLES)[number]) => [
    ...(role === "worker" ? images : []),
    ...rendered.flatMap((one) => one[role]),
  ];
  await fillNodes(
    places.map(({ role, nodes }) => ({ nodes, images: [...new Set(needed(role))] })),
    PULLING,
    say,
  );
}

/** The images of a release's pods; none where it cannot be rendered, which is said. */
async function imagesOf(
  { source, ...release }: AddOnRelease,
  { kubernetesVersion, say }: PodImagesArgs,
): Promise<ImagesByRole> {
  try {
    const chart = await chartAtHand(source);
    return imagesByRole(
      parseObjects(await renderRelease({ ...release, chart }, kubernetesVersion)),
    );
  } catch (error) {
    say(`warning: the images of ${release.name} are left to the nodes: ${messageOf(error)}`);
    return { "control-plane": [], worker: [] };
  }
}
