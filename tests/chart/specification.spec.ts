import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, render, type Values, VERSION } from "./support/helm";
import { containerOf, find } from "./support/manifest";
import { PRODUCTION } from "./support/profiles";

const read = (file: string) => parse(readFileSync(path.join(CHART, file), "utf8")) as Values;

/** The value at a dotted path; `undefined` where the path ends early. */
function valueAt(values: unknown, dotted: string): unknown {
  return dotted
    .split(".")
    .reduce<unknown>((node, key) => (node as Values | undefined)?.[key], values);
}

const CHART_METADATA: readonly (readonly [string, unknown])[] = [
  ["apiVersion", "v2"],
  ["name", "soc-agent"],
  // Nothing was released yet: from the first release on it counts.
  ["version", "1.0.0"],
  ["appVersion", "2.0.0"],
  ["description", "SOC Agent System - Multi-agent threat analysis platform with observability"],
  ["type", "application"],
  ["keywords", ["security", "soc", "observability", "ai-agents"]],
];

const DEFAULTS: readonly (readonly [string, unknown])[] = [
  ["redis.enabled", true],
  ["redis.image.repository", "redis"],
  ["redis.image.tag", "7-alpine"],
  ["redis.image.pullPolicy", "IfNotPresent"],
  ["redis.service.type", "ClusterIP"],
  ["redis.service.port", 6379],
  ["redis.persistence.enabled", false],
  ["redis.resources.requests.cpu", "50m"],
  ["redis.resources.requests.memory", "128Mi"],
  ["redis.resources.limits.cpu", "200m"],
  ["redis.resources.limits.memory", "256Mi"],
  ["backend.replicaCount", 2],
  ["backend.image.repository", "soc-backend"],
  ["backend.image.tag", "latest"],
  ["backend.image.pullPolicy", "Never"],
  ["backend.service.type", "ClusterIP"],
  ["backend.service.port", 8000],
  ["backend.resources.requests.cpu", "100m"],
  ["backend.resources.requests.memory", "256Mi"],
  ["backend.resources.limits.cpu", "500m"],
  ["backend.resources.limits.memory", "512Mi"],
  ["backend.hpa.enabled", true],
  ["backend.hpa.minReplicas", 2],
  ["backend.hpa.maxReplicas", 8],
  ["backend.hpa.targetCPUUtilizationPercentage", 70],
  ["backend.env.REDIS_URL", 'redis://{{ include "soc-agent.fullname" . }}-redis:6379'],
  ["backend.env.OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel-collector:4317"],
  ["backend.env.OTEL_SERVICE_NAME", "soc-agent-system"],
  ["backend.env.LOG_LEVEL", "INFO"],
  ["backend.probes.liveness", { path: "/health", initialDelaySeconds: 10, periodSeconds: 30 }],
  ["backend.probes.readiness", { path: "/ready", initialDelaySeconds: 5, periodSeconds: 10 }],
  ["frontend.replicaCount", 1],
  ["frontend.image.repository", "soc-frontend"],
  ["frontend.image.tag", "latest"],
  ["frontend.image.pullPolicy", "Never"],
  ["frontend.service.type", "ClusterIP"],
  ["frontend.service.port", 80],
  ["frontend.resources.requests.cpu", "50m"],
  ["frontend.resources.requests.memory", "64Mi"],
  ["frontend.resources.limits.cpu", "200m"],
  ["frontend.resources.limits.memory", "128Mi"],
  ["ingress.enabled", true],
  ["ingress.className", "nginx"],
  ["ingress.annotations", {}],
  [
    "ingress.hosts",
    [
      {
        host: "localhost",
        paths: [
          { path: "/", pathType: "Prefix", backend: "frontend" },
          { path: "/api", pathType: "Prefix", backend: "backend" },
          { path: "/ws", pathType: "Prefix", backend: "backend" },
          // Not in the table, but in the text: "curl http://localhost:8080/health".
          { path: "/health", pathType: "Exact", backend: "backend" },
        ],
      },
    ],
  ],
  ["ingress.tls", []],
];

const PRODUCTION_OVERRIDES: readonly (readonly [string, unknown])[] = [
  ["backend.replicaCount", 4],
  ["backend.image.pullPolicy", "Always"],
  ["backend.image.repository", "gcr.io/my-project/soc-backend"],
  ["backend.resources.requests", { cpu: "500m", memory: "1Gi" }],
  ["backend.resources.limits", { cpu: 2, memory: "2Gi" }],
  ["backend.hpa.maxReplicas", 20],
  ["backend.hpa.targetCPUUtilizationPercentage", 60],
  ["backend.env.LOG_LEVEL", "WARNING"],
  ["ingress.annotations", { "cert-manager.io/cluster-issuer": "letsencrypt-prod" }],
  ["ingress.tls", { enabled: true, secretName: "soc-agent-tls", hosts: ["soc.example.com"] }],
];

describe("chart: the specification's tables", function () {
  this.timeout(60_000);

  const tables = [
    ["Chart.yaml", read("Chart.yaml"), CHART_METADATA],
    ["values.yaml", read("values.yaml"), DEFAULTS],
    ["values-production.yaml", PRODUCTION, PRODUCTION_OVERRIDES],
  ] as const;
  for (const [title, values, rows] of tables) {
    describe(title, () => {
      for (const [key, expected] of rows) {
        it(`${key} is ${JSON.stringify(expected)}`, () => {
          assert.deepEqual(valueAt(values, key), expected);
        });
      }
    });
  }

  it("renders the specification's own production values, with nothing added", async () => {
    const values = PRODUCTION_OVERRIDES.reduce<Values>((all, [key, value]) => {
      const [part = "", block = "", leaf] = key.split(".");
      const old = all[part] as Values | undefined;
      const inner = leaf === undefined ? value : { ...(old?.[block] as Values), [leaf]: value };
      return { ...all, [part]: { ...old, [block]: inner } };
    }, {});

    const manifests = await render({ values });

    const backend = find(manifests, "Deployment", "soc-agent-backend");
    const container = containerOf(backend);
    assert.equal(backend.spec.replicas, 4);
    assert.equal(container.image, "gcr.io/my-project/soc-backend:latest");
    assert.equal(container.imagePullPolicy, "Always");
    assert.deepEqual(container.resources, {
      requests: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "128Mi" },
      limits: { cpu: 2, memory: "2Gi", "ephemeral-storage": "256Mi" },
    });
    const { spec: hpa } = find(manifests, "HorizontalPodAutoscaler", "soc-agent-backend");
    assert.equal(hpa.minReplicas, 2);
    assert.equal(hpa.maxReplicas, 20);
    assert.deepEqual(hpa.metrics, [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
      },
    ]);
    assert.equal(
      find(manifests, "ConfigMap", "soc-agent-backend-config").data["LOG_LEVEL"],
      "WARNING",
    );
    const ingress = find(manifests, "Ingress", "soc-agent");
    assert.deepEqual(ingress.metadata.annotations, {
      "cert-manager.io/cluster-issuer": "letsencrypt-prod",
    });
    assert.deepEqual(ingress.spec.tls, [
      { secretName: "soc-agent-tls", hosts: ["soc.example.com"] },
    ]);
  });

  it("is of the version that the chart's changelog tells of first", () => {
    const changelog = readFileSync(path.join(CHART, "CHANGELOG.md"), "utf8");
    assert.equal(/^## (\S+)/m.exec(changelog)?.[1], VERSION);
  });

  it("has every file that the specification names", () => {
    const files = [
      "_helpers.tpl",
      "backend-deployment.yaml",
      "backend-service.yaml",
      "backend-hpa.yaml",
      "backend-configmap.yaml",
      "redis-deployment.yaml",
      "redis-service.yaml",
      "frontend-deployment.yaml",
      "frontend-service.yaml",
      "ingress.yaml",
      "NOTES.txt",
    ];
    for (const file of files) {
      assert.ok(readFileSync(path.join(CHART, "templates", file), "utf8"), file);
    }
  });

  it("defines every helper that the specification names", () => {
    const helpers = readFileSync(path.join(CHART, "templates/_helpers.tpl"), "utf8");
    for (const name of [
      "name",
      "fullname",
      "chart",
      "labels",
      "selectorLabels",
      "serviceAccountName",
    ]) {
      assert.ok(helpers.includes(`{{- define "soc-agent.${name}" -}}`), name);
    }
  });
});
