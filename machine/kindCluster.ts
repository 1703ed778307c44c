/** What stands behind a Kind cluster's name, and who made it. */
import * as fs from "node:fs";
import type { KindSettings } from "../config/settings";
import { ANSWER, askDocker, KIND_CLUSTER_LABEL, tryDocker } from "./docker";
import { lines, messageOf } from "./run";

/** The node label that says which stack made a cluster, and which time it was made. */
export const IDENTITY_LABEL = "soc-agent.dev/identity";

/** What stands behind a Kind cluster's name. */
export type KindClusterState =
  /** No container has the name. */
  | { readonly kind: "absent" }
  /** This stack made it; `identity` is the one that it was made with, `stopped` those of its nodes that do not run. */
  | {
      readonly kind: "ours";
      readonly identity: string;
      readonly nodes: readonly string[];
      readonly stopped: readonly string[];
    }
  /** An interrupted run of this stack left it before it could carry an identity. */
  | { readonly kind: "unfinished" }
  /** Somebody else's: never to be touched. */
  | { readonly kind: "foreign"; readonly nodes: readonly string[] };

/** The names that Kind gives to a cluster's nodes (kind, pkg/cluster/internal/providers/common/namer.go). */
export function nodeNames({ name, workers }: Pick<KindSettings, "name" | "workers">): string[] {
  const worker = (index: number) => `${name}-worker${index === 0 ? "" : index + 1}`;
  return [`${name}-control-plane`, ...Array.from({ length: workers }, (_, index) => worker(index))];
}

/** Nodes that a cluster of ours should have and that are not there any more. */
export function lostNodes(
  settings: Pick<KindSettings, "name" | "workers">,
  found: Extract<KindClusterState, { kind: "ours" }>,
): string[] {
  return nodeNames(settings).filter((name) => !found.nodes.includes(name));
}

/**
 * Looks for a Kind cluster and for who made it. Works on stopped nodes as well.
 *
 * @param name the cluster's name
 * @param identityFile where the stack remembers the identity it last gave to a cluster
 */
export async function findKindCluster(
  name: string,
  identityFile: string,
): Promise<KindClusterState> {
  const nodes = await nodesOf(name);
  // The first node that tells is enough: each question costs a start of Docker's CLI.
  const identities: NodeIdentity[] = [];
  for (const [node] of nodes) {
    identities.push(await nodeIdentity(node));
    if (identities.at(-1) !== undefined) {
      break;
    }
  }
  const remembered = fs.existsSync(identityFile)
    ? fs.readFileSync(identityFile, "utf8").trim()
    : undefined;
  return clusterState(
    nodes.map(([name, state], index) => ({
      name,
      running: state === "running",
      identity: identities[index],
    })),
    remembered,
  );
}

/** Names of all Kind clusters, whoever made them; none where Docker does not say. */
export async function kindClusters(): Promise<string[]> {
  const format = `{{.Label "${KIND_CLUSTER_LABEL}"}}`;
  const args = ["ps", "--all", "--filter", `label=${KIND_CLUSTER_LABEL}`, "--format", format];
  const { ok, stdout } = await tryDocker(args, ANSWER);
  return ok ? [...new Set(lines(stdout))].sort() : [];
}

/** Names of the Kind clusters that this project made, in whatever copy of it. */
export async function markedClusters(): Promise<string[]> {
  const marked = await Promise.all(
    (await kindClusters()).map(async (name) => {
      const identities = await Promise.all(
        (await nodesOf(name)).map(([node]) => nodeIdentity(node)),
      );
      return identities.some((identity) => typeof identity === "string") ? [name] : [];
    }),
  );
  return marked.flat();
}

/** Names and states of a cluster's nodes. */
async function nodesOf(cluster: string): Promise<[name: string, state: string][]> {
  const filter = `label=${KIND_CLUSTER_LABEL}=${cluster}`;
  const format = "{{.Names}} {{.State}}";
  const listed = await askDocker(["ps", "--all", "--filter", filter, "--format", format]);
  return lines(listed)
    .sort()
    .map((line) => line.split(" ") as [name: string, state: string]);
}

/** A node's identity: `null` when it was made without one, `undefined` before kubeadm was set up. */
export type NodeIdentity = string | null | undefined;

/** A node container. */
export interface Node {
  readonly name: string;
  readonly running: boolean;
  readonly identity: NodeIdentity;
}

/**
 * Judges whose cluster some nodes are.
 *
 * @param remembered the identity that this stack last wrote down, if any
 */
export function clusterState(
  nodes: readonly Node[],
  remembered: string | undefined,
): KindClusterState {
  if (nodes.length === 0) {
    return { kind: "absent" };
  }
  const told = nodes.find(({ identity }) => identity !== undefined)?.identity;
  const names = nodes.map(({ name }) => name);
  if (remembered !== undefined && told === remembered) {
    const stopped = nodes.filter(({ running }) => !running).map(({ name }) => name);
    return { kind: "ours", identity: remembered, nodes: names, stopped };
  }
  // Only a run that wrote its identity down before `kind create` can have left such nodes.
  if (remembered !== undefined && told === undefined) {
    return { kind: "unfinished" };
  }
  return { kind: "foreign", nodes: names };
}

/** What Docker says of a node without that file, and of one that is just being removed. */
const GONE =
  /could not find the file|no such (?:file|container)|RWLayer of container \S+ is unexpectedly nil|removal of container \S+ is already in progress/i;

/** Reads a node's identity from the kubeadm configuration that Kind wrote into its container. */
async function nodeIdentity(node: string): Promise<NodeIdentity> {
  let archive: string;
  try {
    // `cp` reads stopped containers too, which `exec` cannot.
    archive = await askDocker(["cp", `${node}:/kind/kubeadm.conf`, "-"]);
  } catch (error) {
    if (GONE.test(messageOf(error))) {
      return undefined;
    }
    throw error;
  }
  const escaped = IDENTITY_LABEL.replaceAll(".", "\\.");
  return new RegExp(`${escaped}=([A-Za-z0-9._-]+)`).exec(archive)?.[1] ?? null;
}
