/** What can be added to a Kind cluster, and what of it a configuration wants. */
import type { Controller, StackConfig } from "../config/settings";

/** What can be added to a Kind cluster. The name is also its release's. */
export type AddOnName = Controller | "metrics-server" | "cert-manager";

/** Namespace of an add-on's release. One that has the add-on's own name goes when the add-on goes. */
export const ADD_ON_NAMESPACES: Readonly<Record<AddOnName, string>> = {
  "ingress-nginx": "ingress-nginx",
  traefik: "traefik",
  "metrics-server": "kube-system",
  "cert-manager": "cert-manager",
};

/** The add-ons that a configuration wants. */
export function wantedAddOns({
  ingress,
  metricsServer,
  certManager,
}: Pick<StackConfig, "ingress" | "metricsServer" | "certManager">): AddOnName[] {
  return [
    ...(ingress.install ? [ingress.controller] : []),
    ...(metricsServer.install ? ["metrics-server" as const] : []),
    ...(certManager.install ? ["cert-manager" as const] : []),
  ];
}
