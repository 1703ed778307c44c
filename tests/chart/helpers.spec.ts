import * as assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { CHART, render } from "./support/helm";
import { find, inventory, ofKind } from "./support/manifest";
import { FULL, MINIMAL, PROFILES } from "./support/profiles";

const APPS: Readonly<Record<string, string>> = {
  backend: "soc-backend",
  frontend: "soc-frontend",
  redis: "redis",
};

describe("chart: names and labels", function () {
  this.timeout(60_000);

  it("renders exactly these objects by default", async () => {
    assert.deepEqual(inventory(await render()), [
      "ConfigMap soc-agent-backend-config",
      "Deployment soc-agent-backend",
      "Deployment soc-agent-frontend",
      "Deployment soc-agent-redis",
      "HorizontalPodAutoscaler soc-agent-backend",
      "Ingress soc-agent",
      "Service soc-agent-backend",
      "Service soc-agent-frontend",
      "Service soc-agent-redis",
      "ServiceAccount soc-agent",
    ]);
  });

  it("renders exactly these objects when all that is optional is off", async () => {
    assert.deepEqual(inventory(await render({ values: MINIMAL })), [
      "ConfigMap soc-agent-backend-config",
      "Deployment soc-agent-backend",
      "Deployment soc-agent-frontend",
      "Service soc-agent-backend",
      "Service soc-agent-frontend",
    ]);
  });

  const names = [
    ["the release's name, if it contains the chart's", "my-soc-agent", {}, "my-soc-agent"],
    ["the release's and the chart's name", "demo", {}, "demo-soc-agent"],
    ["the release's name and nameOverride", "demo", { nameOverride: "desk" }, "demo-desk"],
    ["fullnameOverride alone", "demo", { fullnameOverride: "desk" }, "desk"],
  ] as const;
  for (const [title, release, values, name] of names) {
    it(`names objects by ${title}`, async () => {
      const manifests = await render({ release, values });

      find(manifests, "Ingress", name);
      for (const part of Object.keys(APPS)) {
        find(manifests, "Deployment", `${name}-${part}`);
        find(manifests, "Service", `${name}-${part}`);
      }
      find(manifests, "HorizontalPodAutoscaler", `${name}-backend`);
      find(manifests, "ServiceAccount", name);
      const { data } = find(manifests, "ConfigMap", `${name}-backend-config`);
      assert.equal(data["REDIS_URL"], `redis://${name}-redis:6379`);
    });
  }

  it("keeps every name within a DNS label, and apart, under the longest release name", async () => {
    const manifests = await render({ release: "r".repeat(53), values: FULL });

    for (const { kind, metadata } of manifests) {
      assert.match(metadata.name, /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, kind);
    }
    assert.equal(new Set(inventory(manifests)).size, manifests.length);
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
        assert.equal(labels["helm.sh/chart"], "soc-agent-1.0.0", what);
        const part = /-(backend|frontend|redis)(-config)?$/.exec(metadata.name)?.[1];
        assert.equal(labels["app.kubernetes.io/component"], part, what);
        assert.equal(labels["app"], part && APPS[part], what);
      }
    });

    it(`selects, with ${profile} values, the pods of each part by app and release alone`, async () => {
      const manifests = await render({ release: "demo", values });
      const deployments = ofKind(manifests, "Deployment");

      for (const { metadata, spec } of deployments) {
        const part = metadata.labels["app.kubernetes.io/component"] ?? "";
        const selector = { app: APPS[part], release: "demo" };
        assert.deepEqual(spec.selector.matchLabels, selector);
        assert.deepEqual(find(manifests, "Service", metadata.name).spec.selector, selector);
        const selected = deployments.filter(({ spec: { template } }) =>
          Object.entries(selector).every(([key, value]) => template.metadata.labels[key] === value),
        );
        assert.deepEqual(
          selected.map((deployment) => deployment.metadata.name),
          [metadata.name],
        );
      }
      assert.equal(ofKind(manifests, "Service").length, deployments.length);
    });
  }

  it("rolls no pod because of a new version of the chart", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "chart-"));
    try {
      const chart = path.join(folder, "soc-agent");
      await cp(CHART, chart, { recursive: true });
      const file = path.join(chart, "Chart.yaml");
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace("version: 1.0.0", "version: 1.0.1"));

      const [before, after] = [await render(), await render({ chart })];

      assert.equal(
        find(after, "Ingress", "soc-agent").metadata.labels["helm.sh/chart"],
        "soc-agent-1.0.1",
      );
      assert.deepEqual(
        ofKind(after, "Deployment").map(({ spec }) => spec),
        ofKind(before, "Deployment").map(({ spec }) => spec),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("passes imagePullSecrets to every pod, and none by default", async () => {
    const secrets = [{ name: "registry" }];
    const given = await render({ values: { imagePullSecrets: secrets } });

    for (const { spec } of ofKind(given, "Deployment")) {
      assert.deepEqual(spec.template.spec.imagePullSecrets, secrets);
    }
    for (const { spec } of ofKind(await render(), "Deployment")) {
      assert.equal(spec.template.spec.imagePullSecrets, undefined);
    }
  });
});
