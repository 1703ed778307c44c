import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartSource, Values } from "../config";
import { addOnRelease } from "./addOn";

/** Inputs of {@link IngressNginx}. */
export interface IngressNginxArgs {
  /** The chart. */
  readonly source: ChartSource;
  /** Name of the IngressClass that it serves. */
  readonly className: string;
}

/** The ingress controller of a Kind cluster, on the node whose ports 80 and 443 are the host's. */
export class IngressNginx extends pulumi.ComponentResource {
  public readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: IngressNginxArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:IngressNginx", name, {}, opts);
    this.release = addOnRelease(
      this,
      { name: "ingress-nginx", namespace: "ingress-nginx", source: args.source },
      ingressNginxValues(args.className),
    );
    this.registerOutputs({});
  }
}

/** Values of the ingress-nginx chart for Kind. */
export function ingressNginxValues(className: string): Values {
  return {
    controller: {
      ingressClassResource: { name: className },
      ingressClass: className,
      // Ports 80 and 443 of the labelled node are mapped to the host, so the controller must be there...
      hostPort: { enabled: true },
      nodeSelector: { "kubernetes.io/os": "linux", "ingress-ready": "true" },
      tolerations: [
        { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
      ],
      // ...and a new pod can only have the ports once the old one is gone (ingress-nginx#4626).
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      terminationGracePeriodSeconds: 0,
      // A LoadBalancer never gets an address on Kind, and Helm would wait for it.
      service: { type: "ClusterIP" },
      publishService: { enabled: false },
      extraArgs: { "publish-status-address": "localhost" },
      // Its webhook refuses Ingress objects until its certificate jobs are through (ingress-nginx#5401).
      admissionWebhooks: { enabled: false },
    },
  };
}
