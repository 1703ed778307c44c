import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../../config/values";
import { addOnRelease, type AddOnArgs } from "./release";

/** Inputs of {@link MetricsServer}. */
export interface MetricsServerArgs extends AddOnArgs {
  /** Whether it is for a Kind cluster, whose kubelets sign their certificates themselves (kind#398). */
  readonly onKind: boolean;
}

/** CPU and memory figures of pods: what a HorizontalPodAutoscaler decides by. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:MetricsServer", name, {}, opts);
    const { source, onKind, waiting } = args;
    const values = metricsServerValues(onKind);
    addOnRelease(this, { name: "metrics-server", source, values, waiting });
    this.registerOutputs({});
  }
}

/**
 * Values of the metrics-server chart. On Kind certificates go unchecked, and an `up` waits for the first
 * figures: they come after one resolution, of which 10 s is the least, and are asked for from the start.
 */
export function metricsServerValues(onKind: boolean): Values {
  return onKind
    ? {
        args: [
          "--kubelet-insecure-tls",
          "--metric-resolution=10s",
          // Must be less than the resolution.
          "--kubelet-request-timeout=5s",
        ],
        readinessProbe: { initialDelaySeconds: 0, periodSeconds: 2 },
      }
    : {};
}
