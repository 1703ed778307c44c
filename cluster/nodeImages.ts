/** Which images the nodes of a Kind cluster have. */
import { DOCKER, docker, KIND_CLUSTER_LABEL } from "../machine/docker";
import { lines } from "../machine/run";

/** containerd's client, for the images that Kubernetes sees. */
export const CTR = ["ctr", "--namespace=k8s.io"];

/** A node and its images. */
export interface Node {
  readonly name: string;
  /** Images that it has, as containerd names them. */
  readonly present: ReadonlySet<string>;
}

/**
 * The nodes that run pods: workers.
 *
 * @throws Error when none runs
 */
export function workers(cluster: string): Promise<Node[]> {
  return nodesOf(cluster, "worker");
}

/**
 * The nodes of a role, by the labels that Kind gives their containers.
 *
 * @throws Error when none runs
 */
export async function nodesOf(cluster: string, role: "control-plane" | "worker"): Promise<Node[]> {
  const filters = [`${KIND_CLUSTER_LABEL}=${cluster}`, `io.x-k8s.kind.role=${role}`];
  const args = filters.flatMap((label) => ["--filter", `label=${label}`]);
  const names = lines(await docker(["ps", ...args, "--format", "{{.Names}}"]));
  if (names.length === 0) {
    throw new Error(`Kind cluster ${cluster} has no running ${role} node. See: ${DOCKER} ps --all`);
  }
  return Promise.all(
    names.map(async (name) => {
      const listed = await docker(["exec", name, ...CTR, "images", "ls", "--quiet"]);
      return { name, present: new Set(lines(listed)) };
    }),
  );
}

/** Whether a node would have to pull an image. */
export function lacks({ present }: Node, image: string): boolean {
  return !present.has(fullName(image));
}

/** A reference the way containerd writes it: `soc-backend:1` is `docker.io/library/soc-backend:1`, and without a tag `latest`. */
export function fullName(reference: string): string {
  const image = /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
  const [first = ""] = image.split("/");
  if (!image.includes("/")) {
    return `docker.io/library/${image}`;
  }
  return /[.:]/.test(first) || first === "localhost" ? image : `docker.io/${image}`;
}
