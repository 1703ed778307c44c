import * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";

/** Inputs of {@link ImageLoad}. */
export interface ImageLoadArgs {
  /** Name of the Kind cluster. */
  readonly clusterName: string;
  /** The very cluster: another one of the same name has nothing loaded yet. */
  readonly identity: pulumi.Input<string>;
  /** References of the images to load, known to the Docker engine. */
  readonly refs: readonly string[];
}

/** Built images into the nodes of a Kind cluster, which has no registry to pull them from. */
export class ImageLoad extends pulumi.ComponentResource {
  constructor(name: string, args: ImageLoadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:ImageLoad", name, {}, opts);
    new local.Command(
      `${name}-nodes`,
      {
        // Run again whenever a reference changes: it sends only what a node does not have.
        create: "exec node --require tsx/cjs scripts/loadImages.ts",
        environment: { CLUSTER_NAME: args.clusterName, IMAGES: args.refs.join(" ") },
        triggers: [args.identity],
        addPreviousOutputInEnv: false,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
