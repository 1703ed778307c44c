/**
 * Images that are named by their digest, on their way into nodes. An archive has no digest of a registry, so that an import
 * leaves nothing of that name (kind#3177): they travel under a name of ours, and are given theirs in the node.
 */
import { createHash } from "node:crypto";
import { docker, tryDocker } from "../machine/docker";
import { CTR, fullName } from "./nodeImages";

/** An image, and the name that it travels under. */
interface Traveller {
  readonly image: string;
  readonly as: string;
}

/**
 * Does something with images under names that an archive can have.
 *
 * @param images references that the engine has
 * @param nodes names of the nodes that they go to
 * @param send told the names, which are the images' own but for those with a digest
 * @throws Error when the engine or a node does not take a name
 */
export async function asTags(
  images: readonly string[],
  nodes: readonly string[],
  send: (names: readonly string[]) => Promise<void>,
): Promise<void> {
  const travellers = images
    .filter(hasDigest)
    .map((image) => ({ image, as: travelName(image, nodes) }));
  try {
    await Promise.all(travellers.map(({ image, as }) => docker(["tag", image, as])));
    await send([...images.filter((image) => !hasDigest(image)), ...travellers.map(({ as }) => as)]);
    await Promise.all(nodes.map((node) => rename(node, travellers)));
  } finally {
    // Their own names stay. What was not given one of ours has none to lose.
    await Promise.all(travellers.map(({ as }) => tryDocker(["rmi", "--no-prune", as])));
    await Promise.all(nodes.map((node) => forget(node, travellers)));
  }
}

async function rename(node: string, travellers: readonly Traveller[]): Promise<void> {
  for (const { image, as } of travellers) {
    const names = ["--force", fullName(as), fullName(image)];
    await docker(["exec", node, ...CTR, "images", "tag", ...names]);
  }
}

async function forget(node: string, travellers: readonly Traveller[]): Promise<void> {
  if (travellers.length > 0) {
    const names = travellers.map(({ as }) => fullName(as));
    await tryDocker(["exec", node, ...CTR, "images", "rm", ...names]);
  }
}

function hasDigest(image: string): boolean {
  return image.includes("@");
}

/** A name that nobody else gives, who sends the image elsewhere at the same time; `.invalid` is no registry (RFC 2606). */
function travelName(image: string, nodes: readonly string[]): string {
  const hash = createHash("sha256").update([image, ...nodes].join(" "));
  return `soc-agent.invalid/by-digest:${hash.digest("hex").slice(0, 16)}`;
}
