import type * as pulumi from "@pulumi/pulumi";

/** How tools that run beside the program reach a cluster. */
export interface Credentials {
  /** Path of the kubeconfig file. */
  readonly kubeconfigFile: string;
  /** Context in it; its current one when unset. */
  readonly context?: string;
}

/** A cluster that things can be put into. */
export interface Cluster {
  /** Options that every resource inside the cluster takes: its provider, and how it ends. */
  readonly inside: pulumi.ComponentResourceOptions;
  readonly credentials: Credentials;
}
