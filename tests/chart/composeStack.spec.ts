/** compose.yaml's observability stack is the chart's, but for where things are and what is kept. */
import * as assert from "node:assert/strict";
import { STACK_PARTS } from "../../config/settings";
import { composePages } from "../../plan/compose";
import { amount, networks, service, services } from "./support/compose";
import { renderStack } from "./support/stackChart";
import { containerOf, workloads, type Container } from "./support/manifest";

/** What the chart's collector is called. */
const nameOf = (part: string) => (part === "collector" ? "otel-collector" : part);
const NAMES = STACK_PARTS.map(nameOf);

/** Where the pages are reached. */
const URL = "http://localhost:${SOC_PORT:-8080}";

describe("compose.yaml's profile observability", function () {
  this.timeout(60_000);
  let containers: Record<string, Container>;

  before(async () => {
    const manifests = await renderStack({ externalUrl: URL, grafana: { anonymous: true } });
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
      const { image, deploy, networks: on } = service(name);
      const limits = containers[name]?.resources?.limits as { memory: string };
      assert.equal(image, containers[name]?.image);
      assert.equal(amount(deploy?.resources.limits.memory ?? ""), amount(limits.memory));
      assert.deepEqual(on, ["watch"]);
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
