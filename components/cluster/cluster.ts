import type * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../../machine/kubectl";

/** A cluster that things can be put into. */
export interface Cluster {
  /** Options that every resource inside the cluster takes: its provider, and how it ends. */
  readonly inside: pulumi.ComponentResourceOptions;
  readonly credentials: Credentials;
  /** How many nodes it has when it has all; unset where they come and go by themselves. */
  readonly nodes: number | undefined;
}
