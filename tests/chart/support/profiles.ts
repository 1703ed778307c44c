import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, type Values } from "./helm";

/** The chart's values file for production. */
export const PRODUCTION_FILE = path.join(CHART, "values-production.yaml");

/** What is in it. */
export const PRODUCTION = parse(readFileSync(PRODUCTION_FILE, "utf8")) as Values;

/** One pod, no Redis, nothing from outside: the least that the chart can be. */
export const MINIMAL: Values = {
  serviceAccount: { create: false },
  redis: { enabled: false },
  backend: { replicaCount: 1, hpa: { enabled: false } },
  ingress: { enabled: false },
  networkPolicy: { enabled: false },
  helmTest: { enabled: false },
};

/** Everything that can be switched on together. */
export const FULL: Values = {
  commonLabels: { "example.com/team": "soc" },
  commonAnnotations: { "example.com/contact": "soc@example.com" },
  imagePullSecrets: [{ name: "registry" }],
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "dedicated", operator: "Exists" }],
  priorityClassName: "high",
  openai: { existingSecret: "openai" },
  redis: {
    auth: { existingSecret: "redis-password" },
    persistence: { enabled: true, storageClass: "fast" },
  },
  ingress: {
    annotations: { "example.com/timeout": "60" },
    tls: [{ secretName: "tls", hosts: ["localhost"] }],
  },
  networkPolicy: {
    ingressController: { cidrs: ["192.0.2.0/24"] },
    backend: {
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ ipBlock: { cidr: "192.0.2.1/32" } }] }],
    },
    frontend: { ingress: [{ from: [{ podSelector: {} }] }] },
    redis: { egress: [{ to: [{ ipBlock: { cidr: "192.0.2.2/32" } }] }] },
  },
};

/** A managed Redis over TLS, signed by an authority of its own. */
export const EXTERNAL_REDIS: Values = {
  redis: {
    enabled: false,
    external: {
      enabled: true,
      host: "cache.example.com",
      port: 6380,
      username: "soc",
      existingSecret: "cache",
      caSecret: "cache-ca",
      cidrs: ["10.20.0.0/24"],
    },
  },
};

/** The Gateway API instead of an Ingress. */
export const GATEWAY: Values = {
  ingress: { enabled: false },
  gateway: {
    enabled: true,
    parentRefs: [{ name: "shared", namespace: "infra", sectionName: "https" }],
    requestTimeout: "3600s",
  },
  networkPolicy: { ingressController: { namespace: "envoy-gateway-system" } },
};

/** A login, by a provider whose certificate an authority of its own signed. */
export const LOGIN: Values = {
  auth: {
    enabled: true,
    oidc: {
      issuer: "https://login.example.com:8443/realms/soc",
      clientId: "soc",
      existingSecret: "login",
      caSecret: "login-ca",
      redirectUrl: "https://soc.example.com/oauth2/callback",
    },
    session: { existingSecret: "session" },
    tokens: { existingSecret: "tokens", extraSecrets: ["sensors"] },
    upstreams: ["http://grafana.monitoring:3000/grafana/"],
  },
};

/** The dev stack's: images that were built and loaded into Kind's nodes. */
export const KIND: Values = {
  backend: { image: { tag: "dev-0123456789ab" } },
  frontend: { image: { tag: "dev-0123456789ab" } },
};

/** A number of pods that nothing but the cluster knows: its applier never writes it. */
export const GITOPS: Values = { backend: { replicas: "external" } };

/** As OpenShift wants it: no user of the chart's own. */
const OPENSHIFT: Values = { securityContext: { enabled: false } };

/** Both families where a cluster has them. */
const DUAL_STACK: Values = Object.fromEntries(
  ["backend", "frontend", "redis"].map((part) => [
    part,
    { service: { ipFamilyPolicy: "PreferDualStack" } },
  ]),
);

/** With a Prometheus operator in the cluster, and an exporter beside Redis. */
const MONITORED: Values = {
  metrics: {
    redisExporterPort: 9121,
    serviceMonitor: {
      enabled: true,
      labels: { release: "kube-prometheus-stack" },
      interval: "30s",
    },
    prometheusRule: { enabled: true },
    dashboards: { enabled: true, url: "https://soc.example.com" },
  },
};

/** Values under which every rule that holds for all of them is tried. */
export const PROFILES: Readonly<Record<string, Values>> = {
  defaults: {},
  kind: KIND,
  production: PRODUCTION,
  minimal: MINIMAL,
  full: FULL,
  "external Redis": EXTERNAL_REDIS,
  persistence: { redis: { persistence: { enabled: true } } },
  gateway: GATEWAY,
  gitops: GITOPS,
  OpenShift: OPENSHIFT,
  "dual stack": DUAL_STACK,
  monitored: MONITORED,
  login: LOGIN,
};
