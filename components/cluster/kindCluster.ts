import * as fs from "node:fs";
import * as local from "@pulumi/command/local";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KindSettings } from "../../config/settings";
import { nodeNames, type KindClusterState } from "../../machine/kindCluster";
import type { Credentials } from "../../machine/kubectl";
import type { Cluster } from "./cluster";
import { clusterIdentity, kindConfig } from "../../plan/kindConfig";
import { mirrorsScript } from "../../plan/registryMirrors";

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
  readonly found: KindClusterState | undefined;
}

/** A local Kind cluster: made, found again, replaced and deleted as one thing. */
export class KindCluster extends pulumi.ComponentResource implements Cluster {
  public readonly inside: pulumi.ComponentResourceOptions;
  public readonly credentials: Credentials;
  public readonly nodes: number;
  /** Name of the cluster. */
  public readonly clusterName: string;
  /** Marks this very cluster, also before it is made: another one of the same name has another identity. */
  public readonly identity: string;
  /** Whether this is a preview that cannot see it. */
  public readonly unseen: boolean;
  /** All nodes take pods: before, a part's pods would all go to the first node that does. */
  public readonly ready: pulumi.Resource;

  constructor(name: string, args: KindClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:KindCluster", name, {}, opts);
    const { settings, kubeconfigFile, namespace, found } = args;
    this.clusterName = settings.name;
    this.credentials = { kubeconfigFile };
    this.nodes = nodeNames(settings).length;
    const identity = clusterIdentity(settings, found);
    this.identity = identity;
    this.unseen = found === undefined;
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

    const { registryMirrors } = settings;
    const mirrors = registryMirrors
      ? [
          new local.Command(
            `${name}-registry-mirrors`,
            {
              ...quiet,
              // Run again whenever they change: the nodes take others as they run.
              create: "exec sh scripts/kind-cluster.sh mirrors",
              environment,
              stdin: mirrorsScript(registryMirrors, (file) => fs.readFileSync(file, "utf8")),
            },
            {
              parent: this,
              dependsOn: [cluster],
              deletedWith: cluster,
              ...unseen("triggers", "environment"),
            },
          ),
        ]
      : [];

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
        // Nothing is asked for in the cluster before its nodes know what to pull by.
        dependsOn: [cluster, ...mirrors],
        deletedWith: cluster,
        additionalSecretOutputs: ["stdout"],
        ...unseen("triggers", "environment"),
      },
    );

    // kind create waits for none of the workers.
    this.ready = new local.Command(
      `${name}-ready`,
      { ...quiet, create: "exec sh scripts/kind-cluster.sh ready", environment },
      {
        parent: this,
        dependsOn: [kubeconfig, ...mirrors],
        deletedWith: cluster,
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
    // What the cluster was made with, which is not `identity` in a preview that cannot see it.
    this.registerOutputs({
      identity: cluster.triggers.apply((triggers): unknown => triggers?.[0]),
    });
  }
}
