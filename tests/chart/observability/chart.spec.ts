/** The observability chart as Helm takes it. */
import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../../config/project";
import { documentedValues, withValuesTables } from "../../../cli/chartDocs";
import { lint, STACK_CHART, template, type Values } from "../support/helm";
import { inventory, workloads } from "../support/manifest";
import { renderStack, STACK_FULL, STACK_OPTIONS, STACK_PROFILES } from "../support/stackChart";

const read = (file: string) => readFileSync(path.join(STACK_CHART, file), "utf8");

describe("observability chart", function () {
  this.timeout(60_000);

  for (const [profile, values] of Object.entries(STACK_PROFILES)) {
    it(`passes helm lint --strict with ${profile} values`, async () => {
      const { code, stdout, stderr } = await lint(values, STACK_CHART);
      assert.equal(code, 0, stdout + stderr);
    });
  }

  it("renders the same twice", async () => {
    assert.deepEqual(await renderStack(STACK_FULL), await renderStack(STACK_FULL));
  });

  it("puts every object where it belongs: the collector alone among the agents", async () => {
    const manifests = await renderStack(STACK_FULL);
    const there = manifests.filter(({ metadata }) => metadata.namespace === "monitoring-agents");
    assert.deepEqual(inventory(there), [
      "ConfigMap otel-collector",
      "DaemonSet otel-collector",
      "NetworkPolicy otel-collector",
      "Role observability-prometheus",
      "RoleBinding observability-prometheus",
      "Service otel-collector",
      "ServiceAccount otel-collector",
    ]);
    const beside = manifests.filter(({ metadata }) => metadata.namespace === "soc-agent");
    assert.deepEqual(inventory(beside), [
      "Role observability-prometheus",
      "RoleBinding observability-prometheus",
      "Service otel-collector",
    ]);
    const kinds = new Set(manifests.map(({ kind }) => kind));
    assert.ok(![...kinds].some((kind) => /Namespace|CustomResource/.test(kind)));
  });

  it("leads otel-collector in the application's namespace to the sender's own node", async () => {
    const services = (await renderStack()).filter(
      ({ kind, metadata }) => kind === "Service" && metadata.name === "otel-collector",
    );
    const specs = Object.fromEntries(
      services.map(({ metadata, ...rest }) => [metadata.namespace, "spec" in rest && rest.spec]),
    ) as Record<string, Values>;
    assert.equal(specs["soc-agent"]?.["type"], "ExternalName");
    const name = "otel-collector.monitoring-agents.svc.cluster.local";
    assert.equal(specs["soc-agent"]?.["externalName"], name);
    assert.equal(specs["monitoring-agents"]?.["internalTrafficPolicy"], "Local");
  });

  it("replaces a pod when its configuration changes, and no other", async () => {
    const sums = async (values: Values) =>
      workloads(await renderStack(values)).map(({ metadata, spec }): [string, string] => [
        metadata.name,
        JSON.stringify(spec.template.metadata),
      ]);
    const before = Object.fromEntries(await sums({}));
    const changed = async (values: Values) =>
      (await sums(values)).filter(([name, text]) => before[name] !== text).map(([name]) => name);
    assert.deepEqual(await changed({ loki: { retention: "48h" } }), ["loki"]);
    assert.deepEqual(await changed({ application: { maxReplicas: 3 } }), ["prometheus"]);
    assert.deepEqual(await changed({}), []);
  });

  describe("images", () => {
    it("are pinned, each by a version", async () => {
      const images = Object.values(
        documentedValues(read("values.yaml")).filter(({ key }) => /^images\..*\.tag$/.test(key)),
      );
      assert.equal(images.length, 5);
      for (const { key, default: tag } of images) {
        assert.match(tag, /^v?\d+\.\d+\.\d+$/, key);
      }
    });

    it("come from one mirror, and by digest", async () => {
      const digest = `sha256:${"a".repeat(64)}`;
      const text = JSON.stringify(
        await renderStack({ ...STACK_FULL, images: { loki: { digest, tag: "" } } }),
      );
      const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
      assert.equal(images.length, 5);
      assert.ok(images.every((image) => image?.startsWith("mirror.example.com/")));
      assert.ok(images.includes(`mirror.example.com/grafana/loki@${digest}`));
      assert.match(text, /"imagePullSecrets":\[\{"name":"one"\},\{"name":"two"\}\]/);
    });
  });

  it("names its alerts so that the dashboard's header tells them from others", () => {
    const header = readFileSync(path.join(ROOT, "frontend/src/lib/alerts.ts"), "utf8");
    const pattern = /= \/(\^.*)\/;$/m.exec(header)?.[1];
    assert.ok(pattern);
    const names = [...read("files/rules.yaml").matchAll(/- alert: (\S+)/g)].map(([, name]) => name);
    assert.ok(names.length > 10);
    for (const name of names) {
      assert.match(String(name), new RegExp(pattern));
    }
  });

  describe("bad values", () => {
    const cases: [string, Values, RegExp][] = [
      ["an unknown key", { lokki: {} }, /'lokki'/],
      ["an unknown image", { images: { tempo: {} } }, /'tempo'/],
      ["an address with a path", { externalUrl: "http://localhost/x" }, /externalUrl/],
      ["a retention that is none", { loki: { retention: "forever" } }, /loki\/retention/],
      ["an interval that is none", { prometheus: { scrapeInterval: 2 } }, /scrapeInterval/],
      ["no traces", { jaeger: { maxTraces: 0 } }, /maxTraces/],
      ["a digest that is none", { images: { loki: { digest: "latest" } } }, /digest/],
    ];
    for (const [title, values, expected] of cases) {
      it(`refuses ${title}`, async () => {
        const { code, stderr } = await template({ ...STACK_OPTIONS, values });
        assert.equal(code, 1);
        assert.match(stderr, expected);
      });
    }
  });

  it("has the table that values.yaml makes (else run writeReadmeTable.ts), each value in a sentence", () => {
    const values = read("values.yaml");
    const readme = read("README.md");
    assert.equal(readme, withValuesTables(readme, values, read("values.schema.json")));
    for (const { key, description } of documentedValues(values)) {
      assert.match(description, /^[^|]+\.$/, key);
    }
  });
});
