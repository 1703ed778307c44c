import * as pulumi from "@pulumi/pulumi";
import type { ChartSource, Values } from "../config";
import { addOnRelease } from "./addOn";
import type { Waiting } from "./releaseWatch";

/** Inputs of {@link MetricsServer}. */
export interface MetricsServerArgs {
  /** The chart. */
  readonly source: ChartSource;
  readonly waiting: Waiting;
  /** Whether the cluster's kubelets sign their certificates themselves, as Kind's do (kind#398). */
  readonly selfSigned: boolean;
}

/** CPU and memory figures of pods: what a HorizontalPodAutoscaler decides by. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:MetricsServer", name, {}, opts);
    const { source, selfSigned, waiting } = args;
    const values = metricsServerValues(selfSigned);
    addOnRelease(this, { name: "metrics-server", source, values, waiting });
    this.registerOutputs({});
  }
}

/** Values of the metrics-server chart. Only self-signed certificates may go unchecked. */
export function metricsServerValues(selfSigned: boolean): Values {
  return selfSigned ? { args: ["--kubelet-insecure-tls"] } : {};
}
