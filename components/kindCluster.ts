import { createHash, randomBytes } from "node:crypto";
import * as local from "@pulumi/command/local";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KindSettings } from "../config";
import { IDENTITY_LABEL, lostNodes, type KindClusterState } from "../machine";
import type { Cluster, Credentials } from "./cluster";

/** Inputs of {@link KindCluster}. All plain: they decide whether the cluster is made again. */
export interface KindClusterArgs {
  readonly settings: KindSettings;
  /** Path of the kubeconfig file that belongs to this stack alone. */
  readonly kubeconfigFile: string;
  /** Namespace that the kubeconfig's context starts in. */
  readonly namespace: string;
  /**
   * What stands behind the cluster's name now. Without it (a preview on a machine without Docker)
   * the cluster is taken to be as the stack left it.
   */
  readonly found?: KindClusterState;
}

/** A local Kind cluster: made, found again, replaced and deleted as one thing. */
export class KindCluster extends pulumi.ComponentResource implements Cluster {
  public readonly inside: pulumi.ComponentResourceOptions;
  public readonly credentials: Credentials;
  /** Name of the cluster. */
  public readonly clusterName: string;
  /** The running node containers: all that loading images waits for. */
  public readonly nodes: pulumi.Resource;
  /** Marks this very cluster: another one of the same name has another identity. */
  public readonly identity: pulumi.Output<string>;

  constructor(name: string, args: KindClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:KindCluster", name, {}, opts);
    const { settings, kubeconfigFile, namespace, found } = args;
    this.clusterName = settings.name;
    this.credentials = { kubeconfigFile };
    const identity = clusterIdentity(settings, found);
    const environment = {
      CLUSTER_NAME: settings.name,
      IDENTITY: identity,
      KUBECONFIG_FILE: kubeconfigFile,
    };
    const quiet = { addPreviousOutputInEnv: false, triggers: [identity] };
    // What cannot be seen is taken to be unchanged, or a preview without Docker would replace everything.
    const unseen = (...inputs: string[]) => ({ ignoreChanges: found ? [] : inputs });

    const cluster = new local.Command(
      `${name}-cluster`,
      {
        ...quiet,
        create: "exec sh scripts/kind-cluster.sh create",
        // Kind changes no cluster in place: whatever matters is part of the identity, which replaces it.
        update: "true",
        delete: "exec sh scripts/kind-cluster.sh delete",
        environment,
        stdin: JSON.stringify(kindConfig(settings, identity)),
      },
      {
        parent: this,
        // The other order would make the new cluster and then delete it by its name.
        deleteBeforeReplace: true,
        customTimeouts: { create: "15m" },
        ...unseen("triggers", "environment", "stdin"),
      },
    );

    this.nodes = cluster;
    // What the cluster was made with, which is not `identity` in a preview that cannot see it.
    this.identity = cluster.triggers.apply((triggers) => String(triggers?.[0]));

    const kubeconfig = new local.Command(
      `${name}-kubeconfig`,
      {
        ...quiet,
        create: "exec sh scripts/kind-cluster.sh kubeconfig",
        environment: { ...environment, NAMESPACE: namespace },
        logging: local.Logging.None,
      },
      {
        parent: this,
        dependsOn: [cluster],
        deletedWith: cluster,
        additionalSecretOutputs: ["stdout"],
        ...unseen("triggers", "environment"),
      },
    );

    const provider = new k8s.Provider(
      `${name}-provider`,
      {
        kubeconfig: kubeconfig.stdout,
        // Without it any change of the kubeconfig's text would replace everything in the cluster.
        clusterIdentifier: identity,
        // What a killed run made and could not write down is taken over: the cluster is nobody else's.
        upsertExistingObjects: true,
      },
      { parent: this, deletedWith: cluster, ...unseen("clusterIdentifier") },
    );

    // All that is in the cluster goes with it: nothing is deleted one by one from a cluster that is about
    // to be deleted, or that is gone already (pulumi-kubernetes#2675). `deletedWith` alone leaves a
    // replaced cluster's resources behind (pulumi#23817), hence `retainOnDelete` as well.
    this.inside = { provider, deletedWith: cluster, retainOnDelete: true };
    this.registerOutputs({ identity: this.identity });
  }
}

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
}

/**
 * Kind's configuration for a cluster: one control-plane that takes the ingress traffic, and workers.
 * Kind reads JSON wherever it reads YAML.
 */
export function kindConfig(settings: KindSettings, identity: string): KindConfig {
  const { workers, nodeImage: image, httpPort, httpsPort } = settings;
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
