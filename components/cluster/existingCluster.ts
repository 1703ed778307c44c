import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ExistingSettings } from "../../config/settings";
import type { KubeContext } from "../../machine/kubeconfig";
import type { Credentials } from "../../machine/kubectl";
import { unknownText } from "../unknown";
import type { Cluster } from "./cluster";

/** Inputs of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  readonly settings: ExistingSettings;
  /** How to talk to it; absent in a preview on a machine that cannot. */
  readonly context?: KubeContext;
}

/** A cluster that somebody else made and keeps: the stack only deploys to it, in the named context. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  public readonly inside: pulumi.ComponentResourceOptions;
  public readonly credentials: Credentials;
  public readonly nodes = undefined;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:ExistingCluster", name, {}, opts);
    const { kubeconfig: kubeconfigFile, context } = args.settings;
    this.credentials = { kubeconfigFile, context };
    const provider = new k8s.Provider(
      `${name}-provider`,
      {
        kubeconfig: pulumi.secret(args.context?.kubeconfig ?? unknownText()),
        context,
        // Renewed credentials are the same cluster; another API server is another one.
        clusterIdentifier: args.context?.server ?? unknownText(),
      },
      {
        parent: this,
        // A preview that cannot see the cluster takes the one that was deployed to last.
        ignoreChanges: args.context ? [] : ["kubeconfig", "clusterIdentifier"],
      },
    );
    this.inside = { provider };
    this.registerOutputs({});
  }
}
