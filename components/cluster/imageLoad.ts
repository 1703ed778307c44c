import * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import type { StackFiles } from "../../machine/files";

/** Inputs of {@link ImageLoad}. */
export interface ImageLoadArgs {
  /** Name of the Kind cluster. */
  readonly clusterName: string;
  /** The very cluster: another one of the same name has nothing loaded yet. */
  readonly identity: string;
  /** Whether this is a preview that cannot see the cluster: it is taken to be the one that was loaded last. */
  readonly unseen: boolean;
  /** Where the stack keeps what tells whether the cluster is there, or being made. */
  readonly files: StackFiles;
  /** References of the images to load, known to the Docker engine. */
  readonly refs: readonly string[];
}

/**
 * Built images into the nodes of a Kind cluster, which has no registry to pull them from.
 *
 * It does not depend on the cluster's resource: nodes take images as soon as they run, while
 * Kubernetes is still being set up in them. So the command waits for the nodes by itself.
 */
export class ImageLoad extends pulumi.ComponentResource {
  constructor(name: string, args: ImageLoadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:ImageLoad", name, {}, opts);
    const { clusterName, identity, unseen, files, refs } = args;
    new local.Command(
      `${name}-nodes`,
      {
        // Run again whenever a reference changes: it sends only what a node does not have.
        create: "exec node --require tsx/cjs scripts/loadImages.ts",
        environment: {
          CLUSTER_NAME: clusterName,
          IDENTITY: identity,
          IDENTITY_FILE: files.identity,
          MAKER_FILE: files.maker,
          IMAGES: refs.join(" "),
        },
        triggers: [identity],
        addPreviousOutputInEnv: false,
      },
      { parent: this, ignoreChanges: unseen ? ["triggers", "environment.IDENTITY"] : [] },
    );
    this.registerOutputs({});
  }
}
