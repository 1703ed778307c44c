/** The observability stack's configurations, as they are rendered, read by the programs that they are for. */
import * as assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { must } from "../../../machine/run";
import { renderAnew, STACK_CHART, type Values } from "../support/helm";
import { find } from "../support/manifest";

const PROFILES: Readonly<Record<string, Values>> = {
  default: {},
  "other places'": {
    application: { namespace: "prod", name: "prod-soc", maxReplicas: 3 },
    agentsNamespace: "agents",
    prometheus: { scrapeInterval: "1m", kubeletTlsVerify: true },
  },
};

/** Writes the files of one of the stack's ConfigMaps to a folder of their own while `use` looks at them. */
async function withFiles(
  name: string,
  values: Values,
  use: (at: (file: string) => string, files: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const flags = ["--namespace", "monitoring"];
  const manifests = await renderAnew({ chart: STACK_CHART, flags, values });
  const { data = {} } = find(manifests, "ConfigMap", name);
  const folder = await mkdtemp(path.join(tmpdir(), "stack-"));
  const at = (file: string) => path.join(folder, file);
  try {
    await Promise.all(
      Object.entries(data).map(([file, text]) => writeFile(at(file), String(text))),
    );
    await use(at, Object.keys(data));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Has the collector read its files, in the order in which its container names them. */
const validate = (...files: readonly string[]) =>
  must("otelcol-k8s", ["validate", ...files.map((file) => `--config=${file}`)], {
    // In a pod it is the node's name.
    env: { ...process.env, K8S_NODE_NAME: "node" },
  });

describe("chart: the observability stack's configurations", function () {
  this.timeout(60_000);

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`Prometheus reads its own, with ${profile} values`, () =>
      withFiles("prometheus", values, (at) =>
        // The token and the authority that it names are in a pod alone.
        must("promtool", ["check", "config", "--syntax-only", at("prometheus.yaml")]),
      ));

    it(`Prometheus reads all rules, with ${profile} values`, () =>
      withFiles("prometheus-rules", values, async (at, files) => {
        assert.ok(files.includes("here.yaml"));
        await must("promtool", ["check", "rules", "--lint-fatal", ...files.map(at)]);
      }));
  }

  it("the collector reads both of its own", () =>
    withFiles("otel-collector", {}, (at) => validate(at("collector.yaml"), at("kubernetes.yaml"))));

  it("the collector reads the one that is no place's by itself", () =>
    validate(path.join(STACK_CHART, "files/collector.yaml")));

  it("a key that the collector does not know would be noticed", () =>
    withFiles("otel-collector", {}, async (at) => {
      await writeFile(at("more.yaml"), "receivers: {file_log: {include_all: true}}\n");
      await assert.rejects(
        validate(at("collector.yaml"), at("kubernetes.yaml"), at("more.yaml")),
        /include_all/,
      );
    }));
});
