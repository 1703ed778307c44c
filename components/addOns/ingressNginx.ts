import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../../config/values";
import { addOnRelease } from "./release";
import { OLD_POD_FIRST, ON_ENTRY_NODE, type IngressControllerArgs } from "./entryNode";

/** ingress-nginx as the ingress controller of a Kind cluster. */
export class IngressNginx extends pulumi.ComponentResource {
  constructor(name: string, args: IngressControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:IngressNginx", name, {}, opts);
    addOnRelease(this, {
      name: "ingress-nginx",
      source: args.source,
      waiting: args.waiting,
      values: ingressNginxValues(args.className),
    });
    this.registerOutputs({});
  }
}

/** Values of the ingress-nginx chart for Kind. */
export function ingressNginxValues(className: string): Values {
  return {
    controller: {
      ingressClassResource: { name: className },
      ingressClass: className,
      hostPort: { enabled: true },
      ...ON_ENTRY_NODE,
      updateStrategy: OLD_POD_FIRST,
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
