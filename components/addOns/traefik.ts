import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../../config/values";
import { addOnRelease } from "./release";
import { OLD_POD_FIRST, ON_ENTRY_NODE, type IngressControllerArgs } from "./entryNode";

/** Traefik as the ingress controller of a Kind cluster: it reads the same Ingress objects. */
export class Traefik extends pulumi.ComponentResource {
  constructor(name: string, args: IngressControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:Traefik", name, {}, opts);
    addOnRelease(this, {
      name: "traefik",
      source: args.source,
      waiting: args.waiting,
      values: traefikValues(args.className),
      // Traefik's own kinds of objects are not used here.
      skipCrds: true,
    });
    this.registerOutputs({});
  }
}

/** Values of Traefik's chart for Kind, in the form that it has since version 40. */
export function traefikValues(className: string): Values {
  return {
    ingressClass: { name: className, isDefaultClass: false },
    providers: {
      kubernetesCRD: { enabled: false },
      kubernetesIngress: {
        // Like ingress-nginx: only what asks for this class, and /api is not the prefix of /apis.
        ingressClass: className,
        strictPrefixMatching: true,
        publishedService: { enabled: false },
        ingressEndpoint: { hostname: "localhost" },
      },
    },
    ports: { web: { hostPort: 80 }, websecure: { hostPort: 443 } },
    ...ON_ENTRY_NODE,
    updateStrategy: OLD_POD_FIRST,
    // The chart takes zero for unset, which is a minute.
    deployment: { terminationGracePeriodSeconds: 1 },
    // A LoadBalancer never gets an address on Kind, and Helm would wait for it.
    service: { spec: { type: "ClusterIP" } },
    api: { dashboard: false },
    global: { checkNewVersion: false },
  };
}
