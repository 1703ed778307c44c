/**
 * The node that takes traffic from outside: ports 80 and 443 of the node labelled `ingress-ready` are
 * mapped to the host. What every ingress controller's chart is told of it.
 */
import type { Values } from "../../config/values";
import type { AddOnArgs } from "./release";

/** Inputs of every ingress controller's component. */
export interface IngressControllerArgs extends AddOnArgs {
  /** Name of the IngressClass that it serves. */
  readonly className: string;
}

/** Puts a pod on the node, which is a control-plane. */
export const ON_ENTRY_NODE: Values = {
  nodeSelector: { "kubernetes.io/os": "linux", "ingress-ready": "true" },
  tolerations: [
    { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
  ],
};

/** A new pod can only have the node's ports once the old one is gone (ingress-nginx#4626, traefik-helm-chart#645). */
export const OLD_POD_FIRST: Values = {
  type: "RollingUpdate",
  rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
};
