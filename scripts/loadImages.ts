/**
 * Loads images from the Docker engine into the worker nodes of a Kind cluster.
 *
 * CLUSTER_NAME  the cluster
 * IMAGES        references, separated by spaces
 *
 * `kind load docker-image` copies every image to every node, one after the other, and stumbles over
 * multi-platform images (kind#3795). Here each node gets what it lacks, all nodes from one stream, and
 * the control-plane, which runs none of the application's pods, gets nothing.
 */
import { spawn } from "node:child_process";
import { lines, messageOf, must, run } from "./run";

async function main(): Promise<void> {
  const { CLUSTER_NAME, IMAGES } = process.env;
  if (!CLUSTER_NAME || !IMAGES) {
    throw new Error("CLUSTER_NAME and IMAGES must be set");
  }
  const images = await inEngine(IMAGES.split(" "));
  const lacking = await Promise.all(
    (await workers(CLUSTER_NAME)).map(async (node) => ({
      node,
      images: await lacks(node, images),
    })),
  );
  const wanted = images.filter((image) => lacking.some((one) => one.images.includes(image)));
  const nodes = lacking.filter((one) => one.images.length > 0).map(({ node }) => node);
  if (wanted.length === 0) {
    console.log("Every node has every image");
    return;
  }
  console.log(`Loading ${wanted.join(", ")} into ${nodes.join(", ")}`);
  const started = Date.now();
  await send(wanted, nodes);
  console.log(`Loaded in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** The nodes that run pods: workers, by the label that Kind gives their containers. */
async function workers(cluster: string): Promise<string[]> {
  const filters = [`io.x-k8s.kind.cluster=${cluster}`, "io.x-k8s.kind.role=worker"];
  const args = filters.flatMap((label) => ["--filter", `label=${label}`]);
  const nodes = lines(await must("docker", ["ps", ...args, "--format", "{{.Names}}"]));
  if (nodes.length === 0) {
    throw new Error(`Kind cluster ${cluster} has no running worker node. See: docker ps --all`);
  }
  return nodes;
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

/** What of some images a node's containerd does not have under that name. */
async function lacks(node: string, images: readonly string[]): Promise<string[]> {
  const args = ["exec", node, "ctr", "--namespace=k8s.io", "images", "ls", "--quiet"];
  const present = new Set(lines(await must("docker", args)));
  return images.filter((image) => !present.has(fullName(image)));
}

/** A reference the way containerd writes it: `soc-backend:1` is `docker.io/library/soc-backend:1`. */
export function fullName(image: string): string {
  const [first = ""] = image.split("/");
  if (!image.includes("/")) {
    return `docker.io/library/${image}`;
  }
  return /[.:]/.test(first) || first === "localhost" ? image : `docker.io/${image}`;
}

/** Streams one archive of the images into all nodes at once. */
async function send(images: readonly string[], nodes: readonly string[]): Promise<void> {
  const save = spawn("docker", ["save", ...images], { stdio: ["ignore", "pipe", "inherit"] });
  // Only the node's own platform: an archive may name others whose layers were never pulled.
  const importing = ["ctr", "--namespace=k8s.io", "images", "import", "--digests", "-"];
  const imports = nodes.map((node) => {
    const child = spawn("docker", ["exec", "--interactive", node, ...importing], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    // A node that stops reading ends with an exit code, which says more than the broken pipe.
    child.stdin.on("error", () => save.stdout.unpipe(child.stdin));
    save.stdout.pipe(child.stdin);
    return ended(child, `import on ${node}`);
  });
  await Promise.all([ended(save, "docker save"), ...imports]);
}

function ended(child: ReturnType<typeof spawn>, what: string): Promise<void> {
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
