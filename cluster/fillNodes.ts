/** Images of pods that are built elsewhere, into the nodes of a Kind cluster. */
import { tryDocker } from "../machine/docker";
import { lines, messageOf } from "../machine/run";
import { hasImage, LEFT, sendImages } from "./loadImages";
import { lacks, type Node } from "./nodeImages";

/** Nodes, and the images that they need. */
export interface NodesToFill {
  readonly nodes: readonly Node[];
  /** References. */
  readonly images: readonly string[];
}

/** Images that some node lacks. */
export function lacking(places: readonly NodesToFill[]): string[] {
  const all = places.flatMap(({ nodes, images }) =>
    images.filter((image) => nodes.some((node) => lacks(node, image))),
  );
  return [...new Set(all)];
}

/**
 * Sends nodes the images that they lack, which the engine pulls if it does not have them: by its own logins, mirrors,
 * certificates and proxies, of which the nodes have none. What cannot be had is left to them all the same.
 *
 * @param patience milliseconds that the engine may take to pull
 * @param say told what is done
 * @param send brings images that the engine has into nodes
 */
export async function fillNodes(
  places: readonly NodesToFill[],
  patience: number,
  say: (text: string) => void,
  send = sendImages,
): Promise<void> {
  const wanted = lacking(places);
  if (wanted.length === 0) {
    say("Every node has every image");
    return;
  }
  const had = await pulled(wanted, patience, say);
  await Promise.all(
    places.map(async ({ nodes, images }) => {
      const some = images.filter((image) => had.includes(image));
      if (some.length > 0) {
        await send(some, nodes, { say }).catch((error: unknown) => {
          say(`warning: ${messageOf(error)}: ${LEFT} ${some.join(", ")}`);
        });
      }
    }),
  );
}

/** Has the engine pull what it lacks. @returns what it has then */
async function pulled(
  images: readonly string[],
  patience: number,
  say: (text: string) => void,
): Promise<string[]> {
  const signal = AbortSignal.timeout(patience);
  const had = await Promise.all(
    images.map(async (image) => {
      if (await hasImage(image)) {
        return [image];
      }
      const { ok, reason } = await tryDocker(["pull", "--quiet", image], { signal });
      if (!ok) {
        const why = signal.aborted ? `not done after ${patience / 1000} s` : lines(reason).at(-1);
        say(`warning: ${image} could not be fetched (${why}): ${LEFT} it`);
      }
      return ok ? [image] : [];
    }),
  );
  return had.flat();
}
