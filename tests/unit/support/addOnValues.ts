/** What the charts of add-ons are given on a Kind cluster. */
import type { AddOnName } from "../../../config/addOns";
import type { Values } from "../../../config/values";

/** Both ingress controllers run on the node whose ports the host has, one after the other. */
const ON_ENTRY_NODE: Values = {
  nodeSelector: { "kubernetes.io/os": "linux", "ingress-ready": "true" },
  tolerations: [
    { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
  ],
  updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
};

/** Values by add-on: one left out is a type error. */
export const ADD_ON_VALUES: Readonly<Record<AddOnName, Values>> = {
  observability: {
    application: { namespace: "soc-agent", name: "soc-agent", maxReplicas: 8 },
    agentsNamespace: "monitoring-agents",
    externalUrl: "http://localhost:8080",
    ingress: { enabled: true, className: "nginx", host: "localhost" },
    grafana: { anonymous: true, existingSecret: "grafana-admin" },
  },
  "ingress-nginx": {
    controller: {
      ingressClassResource: { name: "nginx" },
      ingressClass: "nginx",
      hostPort: { enabled: true },
      ...ON_ENTRY_NODE,
      terminationGracePeriodSeconds: 0,
      service: { type: "ClusterIP" },
      publishService: { enabled: false },
      extraArgs: { "publish-status-address": "localhost" },
      admissionWebhooks: { enabled: false },
    },
  },
  traefik: {
    ingressClass: { name: "traefik", isDefaultClass: false },
    providers: {
      kubernetesCRD: { enabled: false },
      kubernetesIngress: {
        ingressClass: "traefik",
        strictPrefixMatching: true,
        publishedService: { enabled: false },
        ingressEndpoint: { hostname: "localhost" },
      },
    },
    ports: { web: { hostPort: 80 }, websecure: { hostPort: 443 } },
    ...ON_ENTRY_NODE,
    deployment: { terminationGracePeriodSeconds: 1 },
    service: { spec: { type: "ClusterIP" } },
    api: { dashboard: false },
    global: { checkNewVersion: false },
  },
  "metrics-server": {
    args: ["--kubelet-insecure-tls", "--metric-resolution=10s", "--kubelet-request-timeout=5s"],
    readinessProbe: { initialDelaySeconds: 0, periodSeconds: 2 },
  },
  "cert-manager": { crds: { enabled: true, keep: true }, startupapicheck: { enabled: false } },
};
