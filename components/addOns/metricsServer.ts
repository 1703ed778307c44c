import * as pulumi from "@pulumi/pulumi";
import { addOnRelease, type AddOnArgs } from "./release";

/** CPU and memory figures of pods: what a HorizontalPodAutoscaler decides by. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: AddOnArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:MetricsServer", name, {}, opts);
    addOnRelease(this, { name: "metrics-server", ...args });
    this.registerOutputs({});
  }
}
