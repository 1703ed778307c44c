/** What the charts of upstream's add-ons are given: by the components that install them, and by whoever renders them. */
import type { AddOnName } from "../config/addOns";
import type { StackConfig } from "../config/settings";
import type { Values } from "../config/values";

/** An add-on whose chart is upstream's. */
export type UpstreamAddOn = Exclude<AddOnName, "observability">;

/** Whether an add-on's chart is upstream's, and not of the project. */
export function isUpstream(name: AddOnName): name is UpstreamAddOn {
  return name !== "observability";
}

/** What the values of some add-ons depend on. */
type Given = Pick<StackConfig, "cluster" | "ingress">;

/** Values of an add-on's chart, as a configuration comes to them. */
export function addOnValues(name: UpstreamAddOn, { cluster, ingress }: Given): Values {
  switch (name) {
    case "ingress-nginx":
      return ingressNginxValues(ingress.className);
    case "traefik":
      return traefikValues(ingress.className);
    case "metrics-server":
      return metricsServerValues(cluster.kind !== "existing");
    case "cert-manager":
      return CERT_MANAGER;
  }
}

/**
 * Add-ons whose CustomResourceDefinitions stay out; they would outlive the release. Traefik's own kinds of objects are not
 * used here.
 */
export const WITHOUT_CRDS: readonly AddOnName[] = ["traefik"];

/** Puts a pod on the node, a control-plane, whose ports 80 and 443 are mapped to the host. */
const ON_ENTRY_NODE: Values = {
  nodeSelector: { "kubernetes.io/os": "linux", "ingress-ready": "true" },
  tolerations: [
    { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
  ],
};

/** A new pod can only have the node's ports once the old one is gone (ingress-nginx#4626, traefik-helm-chart#645). */
const OLD_POD_FIRST: Values = {
  type: "RollingUpdate",
  rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
};

/** Values of the ingress-nginx chart for Kind. @param className name of the IngressClass that it serves */
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

/**
 * Values of Traefik's chart for Kind, in the form that it has since version 40.
 *
 * @param className name of the IngressClass that it serves
 */
function traefikValues(className: string): Values {
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

/**
 * Values of the metrics-server chart. On Kind certificates go unchecked, and an `up` waits for the first
 * figures: they come after one resolution, of which 10 s is the least, and are asked for from the start.
 *
 * @param onKind whether it is for a Kind cluster, whose kubelets sign their certificates themselves (kind#398)
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

/** Values of the cert-manager chart. */
const CERT_MANAGER: Values = {
  // Definitions that went with the release would take every certificate in the cluster along.
  crds: { enabled: true, keep: true },
  // A job that waits until the API takes issuers. It is a hook, which would begin before the pods are there.
  startupapicheck: { enabled: false },
};
