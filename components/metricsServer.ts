import * as pulumi from "@pulumi/pulumi";
import type { ChartSource, Values } from "../config";
import { addOnRelease } from "./addOn";
import type { Waiting } from "./releaseWatch";

/** Inputs of {@link MetricsServer}. */
export interface MetricsServerArgs {
  /** The chart. */
  readonly source: ChartSource;
  readonly waiting: Waiting;
}

/** CPU and memory figures of pods: what a HorizontalPodAutoscaler decides by. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:MetricsServer", name, {}, opts);
    const values = metricsServerValues();
    addOnRelease(this, { name: "metrics-server", values, ...args });
    this.registerOutputs({});
  }
}

/** Values of the metrics-server chart for Kind, whose kubelets sign their certificates themselves (kind#398). */
export function metricsServerValues(): Values {
  return { args: ["--kubelet-insecure-tls"] };
}
