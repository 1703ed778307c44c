/** Kind's own configuration for the stack's cluster, and what tells one cluster from the next. */
import { createHash, randomBytes } from "node:crypto";
import type { KindSettings } from "../config/settings";
import { HOSTS_PATCHES } from "./registryMirrors";
import { IDENTITY_LABEL, lostNodes, type KindClusterState } from "../machine/kindCluster";

/** A node of {@link KindConfig}. */
interface KindNode {
  readonly role: "control-plane" | "worker";
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kubeadmConfigPatches?: readonly string[];
  readonly extraPortMappings?: readonly {
    readonly containerPort: number;
    readonly hostPort: number;
    readonly listenAddress: string;
  }[];
}

/** Kind's own configuration, as far as it is used here (kind.x-k8s.io/v1alpha4). */
export interface KindConfig {
  readonly kind: "Cluster";
  readonly apiVersion: "kind.x-k8s.io/v1alpha4";
  readonly nodes: readonly KindNode[];
  readonly containerdConfigPatches?: readonly string[];
}

/**
 * Kind's configuration for a cluster: one control-plane that takes the ingress traffic, and workers.
 * Kind reads JSON wherever it reads YAML.
 */
export function kindConfig(settings: KindSettings, identity: string): KindConfig {
  const { workers, nodeImage: image, httpPort, httpsPort, registryMirrors } = settings;
  const labels = { [IDENTITY_LABEL]: identity };
  // Loopback only: the demo is nobody else's business on the network.
  const mapping = (containerPort: number, hostPort: number) => ({
    containerPort,
    hostPort,
    listenAddress: "127.0.0.1",
  });
  const controlPlane: KindNode = {
    role: "control-plane",
    image,
    kubeadmConfigPatches: [nodeLabelPatch({ "ingress-ready": "true", ...labels })],
    extraPortMappings: [mapping(80, httpPort), mapping(443, httpsPort)],
  };
  const worker: KindNode = { role: "worker", image, labels };
  return {
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    nodes: [controlPlane, ...Array<KindNode>(workers).fill(worker)],
    // Which mirrors these are is no part of the cluster's identity: they are told to nodes that run.
    ...(registryMirrors && { containerdConfigPatches: HOSTS_PATCHES }),
  };
}

/**
 * The kubeadm patch that labels a node from its first registration on. Without an apiVersion kind
 * applies the map form to every version of kubeadm's configuration, and turns it into the list form
 * for v1beta4 (kind 0.33, pkg/internal/patch/kubeadm_merge.go).
 */
function nodeLabelPatch(labels: Readonly<Record<string, string>>): string {
  const text = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return JSON.stringify({
    kind: "InitConfiguration",
    nodeRegistration: { kubeletExtraArgs: { "node-labels": text.join(",") } },
  });
}

/**
 * The identity that a cluster should have: the one it has when it is ours, whole, and was made from
 * these settings, a new one otherwise. A digest of the settings comes first, then what makes it unique.
 *
 * @param nonce makes identities unique; a parameter for tests
 */
export function clusterIdentity(
  settings: KindSettings,
  found: KindClusterState | undefined,
  nonce: () => string = () => randomBytes(6).toString("hex"),
): string {
  const config = JSON.stringify([settings.name, kindConfig(settings, "")]);
  const digest = createHash("sha256").update(config).digest("hex").slice(0, 12);
  if (found === undefined) {
    return `${digest}.unseen`;
  }
  const fits =
    found.kind === "ours" &&
    found.identity.startsWith(`${digest}.`) &&
    lostNodes(settings, found).length === 0;
  return fits ? found.identity : `${digest}.${nonce()}`;
}
