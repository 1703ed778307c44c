/**
 * Loads images from the Docker engine into the worker nodes of a Kind cluster.
 *
 * CLUSTER_NAME   the cluster, which may still be being made
 * IDENTITY       the very cluster, by the label of its nodes
 * IDENTITY_FILE  where the stack remembers the identity of its cluster
 * MAKER_FILE     file with the number of the process that makes it
 * IMAGES         references, separated by spaces
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
import { pipeline } from "node:stream/promises";
import { awaitNodes } from "./awaitNodes";
import { archiveFor, readArchive } from "./imageArchive";
import { CTR, fullName, lacks, type Node } from "./nodeImages";
import { lines, messageOf, must, run } from "./run";

async function main(): Promise<void> {
  const { CLUSTER_NAME, IDENTITY, IDENTITY_FILE, MAKER_FILE, IMAGES } = process.env;
  if (!CLUSTER_NAME || !IDENTITY || !IDENTITY_FILE || !MAKER_FILE || !IMAGES) {
    throw new Error("CLUSTER_NAME, IDENTITY, IDENTITY_FILE, MAKER_FILE and IMAGES must be set");
  }
  const [images, nodes] = await Promise.all([
    inEngine(IMAGES.split(" ")),
    awaitNodes({
      name: CLUSTER_NAME,
      identity: IDENTITY,
      identityFile: IDENTITY_FILE,
      makerFile: MAKER_FILE,
    }),
  ]);
  const lacking = nodes.filter((node) => images.some((image) => lacks(node, image)));
  const wanted = images.filter((image) => nodes.some((node) => lacks(node, image)));
  if (lacking.length === 0) {
    console.log("Every node has every image");
    return;
  }
  console.log(`Loading ${wanted.join(", ")} into ${lacking.map(({ name }) => name).join(", ")}`);
  const started = Date.now();
  // An earlier build of the same application has most of the layers of this one.
  const thin = wanted.some((image) => lacking.some((node) => hasEarlier(node, image)));
  await (thin ? sendMissing(wanted, lacking) : sendWhole(wanted, lacking));
  console.log(`Loaded in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function hasEarlier({ present }: Node, image: string): boolean {
  const repository = fullName(image).replace(/:[^:/]*$/, ":");
  return [...present].some((other) => other.startsWith(repository));
}

/** The images that the engine has. Others must be pullable: the nodes will pull them. */
async function inEngine(images: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    images.map(async (image) => (await run("docker", ["image", "inspect", image])).ok),
  );
  return images.filter((image, index) => {
    if (!found[index]) {
      console.error(`${image} is not in the Docker engine: the nodes will have to pull it`);
    }
    return found[index];
  });
}

/** Streams one archive of the images into all nodes at once. */
async function sendWhole(images: readonly string[], nodes: readonly Node[]): Promise<void> {
  const save = saving(images);
  await Promise.all([ended(save, "docker save"), ...nodes.map((node) => feed(node, save.stdout))]);
}

/** Sends each node an archive with the layers that it lacks. */
async function sendMissing(images: readonly string[], nodes: readonly Node[]): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-images-"));
  try {
    const file = path.join(dir, "images.tar");
    const save = saving(images);
    await Promise.all([
      ended(save, "docker save"),
      pipeline(save.stdout, fs.createWriteStream(file)),
    ]);
    const archive = await readArchive(file);
    await Promise.all(
      nodes.map(async (node) => {
        const listed = await must("docker", [
          "exec",
          node.name,
          ...CTR,
          "content",
          "ls",
          "--quiet",
        ]);
        await feed(node, archiveFor(archive, new Set(lines(listed)), fullName));
      }),
    );
  } catch (error) {
    // Less to send is an advantage, not a condition: an engine may save in a form of its own.
    console.error(`Sending whole images, because: ${messageOf(error)}`);
    await sendWhole(images, nodes);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

function saving(images: readonly string[]) {
  return spawn("docker", ["save", ...images], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Feeds an archive to a node's containerd, which takes its own platform of what is in there. */
async function feed(node: Node, archive: Readable): Promise<void> {
  const child = spawn(
    "docker",
    ["exec", "--interactive", node.name, ...CTR, "images", "import", "-"],
    {
      stdio: ["pipe", "ignore", "inherit"],
    },
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

function ended(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${what} failed with exit code ${code}`)),
    );
  });
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
