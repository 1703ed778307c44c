import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, type Values } from "./helm";

/** The values file that the chart's README shows for production. */
export const PRODUCTION = readmeExample();

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

/** The dev stack's: images that were built and loaded into Kind's nodes. */
export const KIND: Values = {
  backend: { image: { tag: "dev-0123456789ab" } },
  frontend: { image: { tag: "dev-0123456789ab" } },
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
};

function readmeExample(): Values {
  const readme = readFileSync(path.join(CHART, "README.md"), "utf8");
  const yaml = /## Production Deployment[^]*?```yaml\n([^]*?)```/.exec(readme)?.[1];
  if (yaml === undefined) {
    throw new Error("the chart's README has no values file under 'Production Deployment'");
  }
  return parse(yaml) as Values;
}
