import * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import { ADD_ONS, type AddOnName } from "../../config/addOns";

/** Inputs of {@link AddOnRemoval}. */
export interface AddOnRemovalArgs {
  /** The add-ons that the stack installs now. */
  readonly wanted: readonly AddOnName[];
  /** What the stack makes beside their releases, as `scripts/remove-add-ons.sh` takes it. */
  readonly beside: readonly string[];
  /** Path of the kubeconfig of the stack's own cluster. */
  readonly kubeconfigFile: string;
}

/**
 * The way out for add-ons of a Kind cluster. Their Releases are retained on deletion, as is everything
 * in the cluster, so one that the stack installed and no longer wants is removed here. Whatever is
 * installed in its place waits for that: two ingress controllers cannot have the same host ports.
 */
export class AddOnRemoval extends pulumi.ComponentResource {
  constructor(name: string, args: AddOnRemovalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:AddOnRemoval", name, {}, opts);
    new local.Command(
      `${name}-unwanted`,
      {
        // Runs again only when the list changes, and does something only when it got shorter.
        create: "exec sh scripts/remove-add-ons.sh",
        environment: {
          WANTED: [
            ...args.wanted.map((one) => `${ADD_ONS[one].namespace}/${one}`),
            ...args.beside,
          ].join(" "),
          KUBECONFIG: args.kubeconfigFile,
        },
        // What the script printed last is what it may remove: the add-ons that this stack installed, and
        // no release that somebody else made under one of their names.
        addPreviousOutputInEnv: true,
        logging: local.Logging.Stderr,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
