import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ExistingSettings } from "../config";
import type { Cluster, Credentials } from "./cluster";

/** Inputs of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  readonly settings: ExistingSettings;
  /** The kubeconfig's text; unknown in a preview on a machine that does not have it. */
  readonly kubeconfig: pulumi.Input<string>;
}

/** A cluster that somebody else made and keeps: the stack only deploys to it, in the named context. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  public readonly inside: pulumi.ComponentResourceOptions;
  public readonly credentials: Credentials;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:ExistingCluster", name, {}, opts);
    const { kubeconfig: kubeconfigFile, context } = args.settings;
    this.credentials = { kubeconfigFile, context };
    const provider = new k8s.Provider(
      `${name}-provider`,
      { kubeconfig: pulumi.secret(args.kubeconfig), context },
      { parent: this },
    );
    this.inside = { provider };
    this.registerOutputs({});
  }
}
