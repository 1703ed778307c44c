/** compose.yaml's observability stack is the chart's, but for where things are and what is kept. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { STACK_PARTS } from "../../config/settings";
import { composePages } from "../../plan/compose";
import { amount, networks, service, services } from "./support/compose";
import { renderStack } from "./support/stackChart";
import { containerOf, ofKind, workloads, type Container, type Manifest } from "./support/manifest";

/** What the chart's collector is called. */
const nameOf = (part: string) => (part === "collector" ? "otel-collector" : part);
const NAMES = STACK_PARTS.map(nameOf);

/** A stage of compose/Dockerfile: what it is made from, and the files that it has. */
interface Stage {
  readonly image: string;
  readonly files: readonly string[];
}

/** The stages by their names. */
function stages(): Readonly<Record<string, Stage>> {
  const text = fs.readFileSync(path.join(ROOT, "compose/Dockerfile"), "utf8");
  const found = [...text.matchAll(/^FROM (\S+) AS (\S+)\n((?:(?!FROM).*\n)*)/gm)];
  return Object.fromEntries(
    found.map(([, image = "", name = "", body = ""]) => {
      const copied = [...body.matchAll(/^COPY --from=files \/files\/(\S+) (\S+)$/gm)];
      const files = copied.flatMap(([, from = "", to = ""]) => {
        const source = path.join(ROOT, "charts/observability/files", from);
        const folder = fs.existsSync(source) && fs.statSync(source).isDirectory();
        return folder
          ? fs.readdirSync(source).map((file) => path.posix.join(to, file))
          : [to.endsWith("/") ? path.posix.join(to, path.posix.basename(from)) : to];
      });
      return [name, { image, files }];
    }),
  );
}

/** The files that a container of the chart has from ConfigMaps. */
function mounted(container: Container, manifests: readonly Manifest[]): string[] {
  const workload = workloads(manifests).find((each) => containerOf(each).name === container.name);
  const maps = ofKind(manifests, "ConfigMap");
  return (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = workload?.spec.template.spec.volumes?.find((each) => each.name === name);
    const sources = volume?.projected?.sources ?? (volume?.configMap ? [volume] : []);
    return sources.flatMap(({ configMap }) => {
      const keys = Object.keys(
        maps.find(({ metadata }) => metadata.name === configMap?.name)?.data ?? {},
      );
      const items = configMap?.items ?? keys.map((key) => ({ key, path: key }));
      return items.map((item) => path.posix.join(mountPath, item.path));
    });
  });
}

/** Where the pages are reached. */
const URL = "http://localhost:${SOC_PORT:-8080}";

describe("compose.yaml's profile observability", function () {
  this.timeout(60_000);
  let containers: Record<string, Container>;
  let manifests: Manifest[];

  before(async () => {
    manifests = await renderStack({ externalUrl: URL, grafana: { anonymous: true } });
    containers = Object.fromEntries(
      workloads(manifests).map((workload) => {
        const container = containerOf(workload);
        return [container.name, container];
      }),
    );
  });

  it("is every part of the stack and nothing else", () => {
    const profiled = Object.entries(services).filter(([, { profiles }]) => profiles);
    assert.deepEqual(profiled.map(([name]) => name).sort(), [...NAMES].sort());
    for (const [name, { profiles }] of profiled) {
      assert.deepEqual(profiles, ["observability"], name);
    }
  });

  for (const name of NAMES) {
    it(`has the chart's image and memory of ${name}, on a network that leads nowhere`, () => {
      const { build, deploy, networks: on = [] } = service(name);
      const limits = containers[name]?.resources?.limits as { memory: string };
      assert.deepEqual(build, { context: ".", dockerfile: "compose/Dockerfile", target: name });
      assert.equal(stages()[name]?.image, containers[name]?.image);
      assert.equal(amount(deploy?.resources.limits.memory ?? ""), amount(limits.memory));
      assert.deepEqual(Array.isArray(on) ? on : Object.keys(on), ["watch"]);
      assert.equal(networks["watch"]?.internal, true);
    });
  }

  it("starts each part as the chart does, but that the collector reads no pods and Prometheus keeps less", () => {
    const commands = NAMES.map((name) => [name, service(name).command ?? []] as const);
    const expected = NAMES.map((name) => {
      const args = (containers[name]?.args ?? [])
        .filter((arg) => arg !== "--config=/etc/otelcol/kubernetes.yaml")
        .map((arg) => arg.replace(/^(--storage.tsdb.retention.size)=.*/, "$1=128MB"))
        // As the chart has it, a dot is no dot of a regular expression.
        .map((arg) => arg.replaceAll("[.]", "."));
      return [name, args] as const;
    });
    assert.deepEqual(commands, expected);
  });

  it("has the files that the chart mounts, but that the collector reads no pods", () => {
    for (const name of NAMES) {
      const chart = mounted(containers[name] as Container, manifests).filter(
        (file) => file !== "/etc/otelcol/kubernetes.yaml",
      );
      const files = stages()[name]?.files ?? [];
      assert.ok(chart.length > 0, name);
      assert.deepEqual([...files].sort(), chart.sort(), name);
    }
  });

  it("calls the pages by names that nobody else has", () => {
    const names = [...composePages().matchAll(/"http:\/\/([^:]+):/g)].map(([, name]) => name);
    assert.deepEqual(
      names,
      ["grafana", "jaeger", "prometheus"].map((page) => `${page}.soc-agent.internal`),
    );
    for (const name of ["grafana", "jaeger", "prometheus"]) {
      const watch = { aliases: [`${name}.soc-agent.internal`] };
      assert.deepEqual(service(name).networks, { watch });
    }
  });

  it("has Grafana's and Jaeger's environment", () => {
    for (const name of ["grafana", "jaeger"]) {
      const chart = (containers[name]?.env ?? []).map(({ name: key, value }) => [key, value]);
      assert.deepEqual(service(name).environment, Object.fromEntries(chart), name);
    }
  });

  it("hands the pages on that an Ingress does, and not what changes Prometheus", () => {
    const patterns = [...composePages().matchAll(/^location ~ (\S+) \{$/gm)].map(
      ([, pattern = ""]) => new RegExp(pattern),
    );
    const reached = (at: string) => patterns.filter((pattern) => pattern.test(at)).length;
    for (const at of [
      "/grafana",
      "/grafana/d/soc",
      "/jaeger/api/traces/1",
      "/prometheus/api/v1/query",
      "/prometheus/",
    ]) {
      assert.equal(reached(at), 1, at);
    }
    for (const at of [
      "/",
      "/api/threats",
      "/grafanax",
      "/prometheus/api/v1/write",
      "/prometheus/api/v1/otlp/v1/metrics",
      "/prometheus/api/v1/admin/tsdb/delete_series",
      "/prometheus/-/quit",
    ]) {
      assert.equal(reached(at), 0, at);
    }
  });
});
