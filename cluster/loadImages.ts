/**
 * Loads images from the Docker engine into the worker nodes of a Kind cluster.
 *
 * `kind load docker-image` copies every image to every node, one after the other, and stumbles over
 * multi-platform images (kind#3795). Here each node gets what it lacks, all nodes at once, and the
 * control-plane, which runs none of the application's pods, gets nothing.
 */
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { awaitNodes, despiteCreation, type AwaitedCluster, type Patience } from "./awaitNodes";
import { archiveFor, readArchive } from "./imageArchive";
import { asTags } from "./digestNames";
import { lookUntil } from "./lookUntil";
import { CTR, fullName, lacks, lookAtNode, type Node } from "./nodeImages";
import { DOCKER, docker, startDocker, tryDocker } from "../machine/docker";
import { ownEnvironment } from "../machine/environment";
import { lines, messageOf } from "../machine/run";

/** In what is said of images that could not be brought into nodes. */
export const LEFT = "the nodes will have to pull";

/** What is to be loaded. */
export interface LoadArgs {
  readonly cluster: AwaitedCluster;
  /** How long to wait for it while nothing makes it. Defaults to that of {@link awaitNodes}. */
  readonly patience?: Patience;
  /** References of images. Those that the engine does not have are left to the nodes to pull. */
  readonly images: readonly string[];
  /** Told what is done. */
  readonly say: (text: string) => void;
  /** Aborted when nothing more is to be begun. Defaults to never. */
  readonly stop?: AbortSignal;
}

/**
 * Sends each worker of a cluster the images that it lacks.
 *
 * @throws Error when the cluster is not there and nothing makes it, or an image cannot be sent
 */
export async function loadImages(args: LoadArgs): Promise<void> {
  const { cluster, patience, images: wished, say } = args;
  const [images, nodes] = await Promise.all([inEngine(wished, say), awaitNodes(cluster, patience)]);
  await despiteCreation(cluster, () => sendImages(images, nodes, args), say);
}

/** How images are sent to nodes. */
type Sending = Pick<LoadArgs, "say" | "stop">;

/**
 * Sends each node the images that it lacks.
 *
 * @param images references that the engine has
 * @throws Error when an image cannot be sent, or its node's kubelet does not find it then
 */
export async function sendImages(
  images: readonly string[],
  nodes: readonly Node[],
  args: Sending,
): Promise<void> {
  const { say } = args;
  const lacking = nodes.filter((node) => images.some((image) => lacks(node, image)));
  const wanted = images.filter((image) => nodes.some((node) => lacks(node, image)));
  if (lacking.length === 0) {
    say("Every node has every image");
    return;
  }
  say(`Loading ${wanted.join(", ")} into ${lacking.map(({ name }) => name).join(", ")}`);
  const started = Date.now();
  // An earlier build of the same application has most of the layers of this one.
  const thin = wanted.some((image) => lacking.some((node) => hasEarlier(node, image)));
  try {
    const names = lacking.map(({ name }) => name);
    await asTags(wanted, names, (saved) =>
      thin ? sendMissing(saved, lacking, args) : sendWhole(saved, lacking),
    );
    await Promise.all(names.map((name) => assertFound(name, wanted)));
  } catch (error) {
    await Promise.all(lacking.map((node) => forget(node, wanted)));
    throw error;
  }
  say(`Loaded in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Milliseconds in which the kubelet's list has what containerd was just given. */
const LISTED = 5_000;

/** What a node cannot run, for instance since it is made for another platform, is no image to its kubelet. */
async function assertFound(name: string, images: readonly string[]): Promise<void> {
  const look = async () => {
    const node = await lookAtNode(name);
    return images.filter((image) => lacks(node, image));
  };
  const missing = await lookUntil(look, ({ length }) => length === 0, Date.now() + LISTED);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(", ")}: sent to node ${name}, whose kubelet does not find it. Is it made for the node's platform? ${DOCKER} image inspect ${missing[0]}`,
    );
  }
}

/**
 * Takes the names of images from a node that lacked them. containerd writes a name before it unpacks, so that an import
 * which failed leaves an image that is there for everybody but the kubelet, and would never be sent again. Where this
 * fails too, the import's own error says more.
 */
async function forget(node: Node, images: readonly string[]): Promise<void> {
  const names = images.filter((image) => lacks(node, image)).map(fullName);
  await tryDocker(["exec", node.name, ...CTR, "images", "rm", ...names]);
}

function hasEarlier({ present }: Node, image: string): boolean {
  const repository = fullName(image).replace(/:[^:/]*$/, ":");
  return [...present].some((other) => other.startsWith(repository));
}

/** The images that can be sent: that the engine has. Others must be pullable: the nodes will pull them. */
async function inEngine(images: readonly string[], say: LoadArgs["say"]): Promise<string[]> {
  const found = await Promise.all(images.map(hasImage));
  return images.filter((image, index) => {
    if (!found[index]) {
      say(`${image} is not in the Docker engine: ${LEFT} it`);
    }
    return found[index];
  });
}

/** Whether the Docker engine has an image. */
export async function hasImage(image: string): Promise<boolean> {
  return (await tryDocker(["image", "inspect", image])).ok;
}

/** Streams one archive of the images into all nodes at once. */
async function sendWhole(images: readonly string[], nodes: readonly Node[]): Promise<void> {
  const save = startDocker(["save", ...images], ["ignore", "pipe", "inherit"]);
  const feeds = nodes.map((node) => feed(node, save.stdout));
  // What nobody reads any more would never end, not by a signal either that Docker's CLI first ends its writing for.
  Promise.any(feeds).catch(() => save.kill("SIGKILL"));
  await allEnded([ended(save, `${DOCKER} save`), ...feeds]);
}

/** Sends each node an archive with the layers that it lacks. */
async function sendMissing(
  images: readonly string[],
  nodes: readonly Node[],
  { say, stop }: Sending,
): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-images-"));
  try {
    const [contents] = await Promise.all([
      Promise.all(nodes.map(contentOf)),
      saveInto(dir, images),
    ]);
    const archive = readArchive(dir);
    await allEnded(
      nodes.map((node, index) =>
        feed(node, archiveFor(archive, contents[index] ?? new Set(), fullName)),
      ),
    );
  } catch (error) {
    // What ends this program has ended those that it runs.
    if (stop?.aborted) {
      throw error;
    }
    // Less to send is an advantage, not a condition: an engine may save in a form of its own.
    say(`Sending whole images, because: ${messageOf(error)}`);
    await sendWhole(images, nodes);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/** Digests of what a node's containerd has. */
async function contentOf({ name }: Node): Promise<Set<string>> {
  return new Set(lines(await docker(["exec", name, ...CTR, "content", "ls", "--quiet"])));
}

/** Saves images and unpacks them, without a detour through this process: it is hundreds of megabytes. */
async function saveInto(dir: string, images: readonly string[]): Promise<void> {
  const unpack = spawn("tar", ["-x", "-f", "-", "-C", dir], {
    env: ownEnvironment(),
    stdio: ["pipe", "ignore", "inherit"],
  });
  const save = startDocker(["save", ...images], ["ignore", unpack.stdin, "inherit"]);
  // The archive ends when nobody can write to it any more.
  unpack.stdin.destroy();
  // One that fails ends the other.
  await allEnded([ended(save, `${DOCKER} save`), ended(unpack, "tar")]);
}

/** Feeds an archive to a node's containerd, which takes its own platform of what is in there. */
async function feed(node: Node, archive: Readable): Promise<void> {
  const child = startDocker(
    ["exec", "--interactive", node.name, ...CTR, "images", "import", "-"],
    ["pipe", "ignore", "inherit"],
  );
  // A node that stops reading ends with an exit code, which says more than the broken pipe.
  child.stdin.on("error", () => archive.unpipe(child.stdin));
  const broken = new Promise<never>((_, reject) => {
    archive.on("error", (error) => {
      child.stdin.end();
      reject(error);
    });
  });
  archive.pipe(child.stdin);
  await Promise.race([ended(child, `import on ${node.name}`), broken]);
}

/** Waits until all are over, before anything else is begun. @throws what the first that failed threw */
async function allEnded(ends: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.all(ends);
  } finally {
    await Promise.allSettled(ends);
  }
}

function ended(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${what} failed with exit code ${code}`)),
    );
  });
}
