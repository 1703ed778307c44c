import * as assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { CHART, render, VERSION } from "./support/helm";
import { find, inventory, ofKind, workloads } from "./support/manifest";
import { FULL, MINIMAL, PROFILES } from "./support/profiles";

const APPS: Readonly<Record<string, string>> = {
  backend: "soc-backend",
  frontend: "soc-frontend",
  redis: "redis",
  "redis-password": "soc-redis-password",
  test: "soc-test",
  auth: "soc-auth",
};
const PARTS = ["backend", "frontend", "redis"];

describe("chart: names and labels", function () {
  this.timeout(60_000);

  it("renders exactly these objects by default", async () => {
    const job = ofKind(await render(), "Job")[0]?.metadata.name;
    assert.deepEqual(inventory(await render()), [
      "ConfigMap soc-agent-backend-config",
      "Deployment soc-agent-backend",
      "Deployment soc-agent-frontend",
      "Deployment soc-agent-redis",
      "HorizontalPodAutoscaler soc-agent-backend",
      "Ingress soc-agent",
      `Job ${job}`,
      "NetworkPolicy soc-agent-backend",
      "NetworkPolicy soc-agent-frontend",
      "NetworkPolicy soc-agent-redis",
      "NetworkPolicy soc-agent-redis-password",
      "NetworkPolicy soc-agent-test",
      "Pod soc-agent-test",
      "PodDisruptionBudget soc-agent-backend",
      "PodDisruptionBudget soc-agent-frontend",
      "PodDisruptionBudget soc-agent-redis",
      "Role soc-agent-redis-password",
      "RoleBinding soc-agent-redis-password",
      "Secret soc-agent-redis",
      "Service soc-agent-backend",
      "Service soc-agent-frontend",
      "Service soc-agent-redis",
      "ServiceAccount soc-agent-backend",
      "ServiceAccount soc-agent-frontend",
      "ServiceAccount soc-agent-redis",
      "ServiceAccount soc-agent-redis-password",
    ]);
  });

  it("renders exactly these objects when all that is optional is off", async () => {
    assert.deepEqual(inventory(await render({ values: MINIMAL })), [
      "ConfigMap soc-agent-backend-config",
      "Deployment soc-agent-backend",
      "Deployment soc-agent-frontend",
      "PodDisruptionBudget soc-agent-backend",
      "PodDisruptionBudget soc-agent-frontend",
      "Service soc-agent-backend",
      "Service soc-agent-frontend",
    ]);
  });

  const names = [
    ["the release's name, if it contains the chart's", "my-soc-agent", {}, "my-soc-agent"],
    ["the release's and the chart's name", "demo", {}, "demo-soc-agent"],
    ["the release's name and nameOverride", "demo", { nameOverride: "desk" }, "demo-desk"],
    ["a letter before a digit, with which no Service begins", "7-soc-agent", {}, "r7-soc-agent"],
    ["a dash for a dot, which no Service has", "v1.5", {}, "v1-5-soc-agent"],
    ["fullnameOverride alone", "demo", { fullnameOverride: "desk" }, "desk"],
  ] as const;
  for (const [title, release, values, name] of names) {
    it(`names objects by ${title}`, async () => {
      const manifests = await render({ release, values });

      find(manifests, "Ingress", name);
      for (const part of PARTS) {
        find(manifests, "Deployment", `${name}-${part}`);
        find(manifests, "Service", `${name}-${part}`);
      }
      find(manifests, "HorizontalPodAutoscaler", `${name}-backend`);
      find(manifests, "ServiceAccount", `${name}-backend`);
      const { data } = find(manifests, "ConfigMap", `${name}-backend-config`);
      assert.equal(data["REDIS_URL"], `redis://${name}-redis:6379`);
    });
  }

  it("keeps every name within a DNS label, and apart, under the longest release name", async () => {
    for (const letter of ["r", "1"]) {
      const manifests = await render({ release: letter.repeat(53), values: FULL });

      for (const { kind, metadata } of manifests) {
        assert.match(metadata.name, /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, kind);
      }
      assert.equal(new Set(inventory(manifests)).size, manifests.length);
    }
  });

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`labels every object with ${profile} values`, async () => {
      for (const { kind, metadata } of await render({ release: "demo", values })) {
        const what = `${kind} ${metadata.name}`;
        const { labels } = metadata;
        assert.equal(labels["app.kubernetes.io/name"], "soc-agent", what);
        assert.equal(labels["app.kubernetes.io/instance"], "demo", what);
        assert.equal(labels["app.kubernetes.io/version"], "2.0.0", what);
        assert.equal(labels["app.kubernetes.io/managed-by"], "Helm", what);
        assert.equal(labels["helm.sh/chart"], `soc-agent-${VERSION}`, what);
        const part =
          /-(backend|frontend|redis|redis-password|test|auth)(-config|-headless|-[0-9a-f]{8})?$/.exec(
            metadata.name,
          )?.[1];
        // Prometheus operators look for a `release` of their own, which a part's labels have too.
        const isPart = part !== undefined && !/Monitor$/.test(kind);
        assert.equal(labels["app.kubernetes.io/component"], isPart ? part : undefined, what);
        assert.equal(labels["app"], isPart ? APPS[part] : undefined, what);
      }
    });

    it(`selects, with ${profile} values, the pods of each part by name, app and release`, async () => {
      const manifests = await render({ release: "demo", values });
      const made = workloads(manifests);

      for (const { metadata, spec } of made) {
        const part = metadata.labels["app.kubernetes.io/component"] ?? "";
        const selector = {
          "app.kubernetes.io/name": "soc-agent",
          app: APPS[part],
          release: "demo",
        };
        assert.deepEqual(spec.selector.matchLabels, selector);
        assert.deepEqual(find(manifests, "Service", metadata.name).spec.selector, selector);
        const selected = made.filter(({ spec: { template } }) =>
          Object.entries(selector).every(([key, value]) => template.metadata.labels[key] === value),
        );
        assert.deepEqual(
          selected.map((workload) => workload.metadata.name),
          [metadata.name],
        );
      }
      const services = ofKind(manifests, "Service").filter(({ spec }) => spec.clusterIP !== "None");
      assert.equal(services.length, made.length);
    });
  }

  it("rolls no pod because of a new version of the chart", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "chart-"));
    try {
      const chart = path.join(folder, "soc-agent");
      await cp(CHART, chart, { recursive: true });
      const file = path.join(chart, "Chart.yaml");
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace(`version: ${VERSION}`, "version: 99.0.1"));

      // A password that the chart makes is another one each time without a cluster.
      const values = {
        redis: { auth: { existingSecret: "redis" }, persistence: { enabled: true } },
      };
      const [before, after] = [await render({ values }), await render({ values, chart })];

      assert.equal(
        find(after, "Ingress", "soc-agent").metadata.labels["helm.sh/chart"],
        "soc-agent-99.0.1",
      );
      assert.deepEqual(
        workloads(after).map(({ spec }) => spec),
        workloads(before).map(({ spec }) => spec),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
