/** Which images the nodes of a Kind cluster have. */
import { DOCKER, docker, KIND_CLUSTER_LABEL } from "../machine/docker";
import { lines } from "../machine/run";
import type { Role } from "../plan/podImages";

/** containerd's client, for the images that Kubernetes sees. */
export const CTR = ["ctr", "--namespace=k8s.io"];

/** The kubelet's way to a node's images: containerd also has names of what no pod could be made of. */
const CRICTL = ["crictl", "--runtime-endpoint=unix:///run/containerd/containerd.sock"];

/** A node and its images. */
export interface Node {
  readonly name: string;
  /** Names by which its kubelet finds an image. */
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
export async function nodesOf(cluster: string, role: Role): Promise<Node[]> {
  const filters = [`${KIND_CLUSTER_LABEL}=${cluster}`, `io.x-k8s.kind.role=${role}`];
  const args = filters.flatMap((label) => ["--filter", `label=${label}`]);
  const names = lines(await docker(["ps", ...args, "--format", "{{.Names}}"]));
  if (names.length === 0) {
    throw new Error(`Kind cluster ${cluster} has no running ${role} node. See: ${DOCKER} ps --all`);
  }
  return Promise.all(names.map(lookAtNode));
}

/** What a node has by now. @throws Error when it does not say */
export async function lookAtNode(name: string): Promise<Node> {
  const listed = await docker(["exec", name, ...CRICTL, "images", "--output=json"]);
  const { images = [] } = JSON.parse(listed) as { readonly images?: readonly Listed[] };
  const names = images.flatMap(({ repoTags, repoDigests }) => [
    ...(repoTags ?? []),
    ...(repoDigests ?? []),
  ]);
  return { name, present: new Set(names) };
}

/** An image in the list of the container runtime (cri-api, runtime/v1/api.proto, Image). */
interface Listed {
  readonly repoTags?: readonly string[];
  readonly repoDigests?: readonly string[];
}

/** Whether a node would have to pull an image. */
export function lacks({ present }: Node, image: string): boolean {
  return !present.has(fullName(image));
}

/**
 * A reference the way containerd writes it: `soc-backend:1` is `docker.io/library/soc-backend:1`, without a tag it is
 * `latest`, and beside a digest a tag does not count.
 */
export function fullName(reference: string): string {
  const plain = reference.replace(/:[^:/@]*@/, "@").replace(/^(index\.)?docker\.io\//, "");
  const image = /[:@][^/]*$/.test(plain) ? plain : `${plain}:latest`;
  const [first = ""] = image.split("/");
  if (!image.includes("/")) {
    return `docker.io/library/${image}`;
  }
  return /[.:]/.test(first) || first === "localhost" ? image : `docker.io/${image}`;
}
