import { mergeValues, type Values } from "../../../config/values";

/** As little waiting as the chart allows, since each upgrade waits for its pods. */
export const QUICK: Values = {
  backend: {
    replicaCount: 1,
    hpa: { minReplicas: 1 },
    // Node.js starts several times as fast without a limit.
    resources: { limits: { cpu: null }, requests: { cpu: "50m", memory: "128Mi" } },
    rollout: { preStopSeconds: 0, drainSeconds: 15 },
    probes: {
      liveness: { initialDelaySeconds: 0 },
      readiness: { initialDelaySeconds: 0, periodSeconds: 1 },
    },
  },
  frontend: { rollout: { preStopSeconds: 0, drainSeconds: 15 } },
  ingress: { enabled: false },
};

const route = (host: string) => ({
  host,
  paths: [{ path: "/", pathType: "Prefix", backend: "frontend" }],
});

/** What upgrades change: each of the twenty touches something else. All are merged over {@link QUICK}. */
export const VALUE_SETS: Readonly<Record<string, Values>> = {
  "another log level": { backend: { env: { LOG_LEVEL: "DEBUG" } } },
  "one more variable": { backend: { env: { MAX_STORED_THREATS: "50" } } },
  "a variable removed": { backend: { env: { OTEL_EXPORTER_OTLP_ENDPOINT: null } } },
  "a NodePort": { backend: { service: { type: "NodePort" } } },
  "another port of the backend": { backend: { service: { port: 9000 } } },
  "another port of Redis": {
    redis: { service: { port: 6380 } },
    backend: { env: { REDIS_URL: 'redis://{{ include "soc-agent.fullname" . }}-redis:6380' } },
  },
  "two dashboards": { frontend: { replicaCount: 2 } },
  "an Ingress": { ingress: { enabled: true, hosts: [route("a.example.com")] } },
  "an Ingress with TLS": {
    ingress: {
      enabled: true,
      annotations: { "cert-manager.io/cluster-issuer": "none" },
      hosts: [route("a.example.com"), route("b.example.com")],
      tls: [{ hosts: ["a.example.com"] }],
    },
  },
  "no network policies": { networkPolicy: { enabled: false } },
  "another way in": {
    networkPolicy: { ingressController: { namespace: "traefik", cidrs: ["192.0.2.0/24"] } },
  },
  "no password for Redis": { redis: { auth: { enabled: false } } },
  "a password made elsewhere": { redis: { auth: { existingSecret: "redis-password" } } },
  persistence: { redis: { persistence: { enabled: true } } },
  "no HPA": { backend: { replicaCount: 2, hpa: { enabled: false } } },
  "a wider HPA": { backend: { hpa: { minReplicas: 2, maxReplicas: 4 } } },
  "a key for the model provider": { openai: { existingSecret: "openai" } },
  "other resources": { redis: { resources: { limits: { memory: "512Mi" } } } },
  "other times": { backend: { rollout: { minReadySeconds: 1, preStopSeconds: 1 } } },
  "the default's accounts, and no test": {
    serviceAccount: { create: false },
    helmTest: { enabled: false },
  },
};

/** Upgrades that the twenty are spread over, so that no two of one touch the same. */
const UPGRADES = 4;

/**
 * The changes of each upgrade, by what they are called. Several at once take a fifth of the time: an upgrade mostly
 * waits for pods.
 *
 * @param each whether each change is to have an upgrade of its own
 */
export function upgrades(each: boolean): readonly (readonly [title: string, values: Values])[] {
  const sets = Object.entries(VALUE_SETS);
  if (each) {
    return sets;
  }
  return Array.from({ length: UPGRADES }, (_, at) => {
    const together = sets.filter((_, index) => index % UPGRADES === at);
    const title = together.map(([name]) => name).join(" and ");
    return [title, together.map(([, values]) => values).reduce(mergeValues, {})] as const;
  });
}
