import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { stringify } from "yaml";
import type { Values } from "../../../../config/values";
import { explanation } from "../../../../components/addOns/observabilityChoice";
import { stackImages } from "../../../../plan/observability";
import { withDefaults } from "../../../../config/defaults";
import { Scratch } from "../../support/fakes";
import { runProgram, stackConfig, type Ran, type Run } from "../../support/program";

const isOn = ({ resources }: Ran) => resources.some(({ name }) => name === "observability-release");

function inputsOf({ resources }: Ran, name: string): Record<string, unknown> {
  const found = resources.find((resource) => resource.name === name);
  assert.ok(found, `no resource ${name}`);
  return found.inputs;
}

describe("whether a developer's stack has the observability stack", () => {
  const cases: [string, Omit<Run, "stack">, boolean][] = [
    ["it has with 8 GiB", { memory: 8 }, true],
    ["it has not with less", { memory: 7.9 }, false],
    ["it keeps what a larger machine decided", { memory: 4, choice: true }, true],
    ["it keeps what a smaller machine decided", { memory: 64, choice: false }, false],
    ["a preview without Docker keeps it too", { docker: false, preview: true, choice: true }, true],
    ["nor does that bring it", { docker: false, preview: true, choice: false }, false],
    ["what knows neither Docker nor a state has it", { docker: false, preview: true }, true],
    [
      "its file says so on any machine",
      { memory: 1, config: { observability: { install: true } } },
      true,
    ],
    [
      "its file says otherwise whatever was decided",
      { memory: 64, choice: true, config: { observability: { install: false } } },
      false,
    ],
    [
      "one that exists is none that is installed",
      { memory: 64, config: { observability: { existing: { endpoint: "http://c:4317" } } } },
      false,
    ],
  ];
  for (const [title, run, expected] of cases) {
    it(title, async () => {
      const ran = await runProgram({ stack: "dev", ...run });
      assert.equal(isOn(ran), expected);
      assert.equal("grafana" in ran.outputs, expected);
    });
  }

  it("is decided nowhere where the file has said it", async () => {
    const config = { observability: { install: true } };
    const { resources } = await runProgram({ stack: "dev", config });
    assert.ok(!resources.some(({ name }) => name === "observability-choice"));
  });

  it("is said with the reason, and how to change it", () => {
    assert.match(explanation(true, 16 * 2 ** 30), /is on: Docker has 16\.0 GiB .*install=false/);
    assert.match(explanation(false, 4 * 2 ** 30), /is off: Docker has 4\.0 GiB .*install=true/);
  });
});

describe("the observability stack", () => {
  let ran: Ran;
  before(async () => void (ran = await runProgram({ stack: "dev", config: stackConfig("dev") })));

  it("has a namespace that is restricted, and one of its own for what reads files of nodes", () => {
    const labels = (level: string) => ({
      "pod-security.kubernetes.io/enforce": level,
      "pod-security.kubernetes.io/audit": level,
      "pod-security.kubernetes.io/warn": level,
      "soc-agent.dev/stack": "dev",
    });
    assert.deepEqual(inputsOf(ran, "observability-monitoring")["metadata"], {
      name: "monitoring",
      labels: labels("restricted"),
    });
    assert.deepEqual(inputsOf(ran, "observability-monitoring-agents")["metadata"], {
      name: "monitoring-agents",
      labels: labels("privileged"),
    });
  });

  it("draws a password for Grafana's admin, which stands in a Secret alone", () => {
    const { metadata, data } = inputsOf(ran, "observability-grafana");
    assert.deepEqual(metadata, { name: "grafana-admin", namespace: "monitoring" });
    const [, password = ""] = /"admin-password":"([^"]+)"/.exec(JSON.stringify(data)) ?? [];
    assert.match(Buffer.from(password, "base64").toString(), /^[\w-]{32}$/);
    const others = ran.resources.filter(({ name }) => name !== "observability-grafana");
    assert.ok(!JSON.stringify(others).includes(password));
  });

  it("is not awaited by Helm", () => {
    const { name, namespace, chart, skipAwait } = inputsOf(ran, "observability-release");
    assert.deepEqual(
      { name, namespace, chart, skipAwait },
      {
        name: "observability",
        namespace: "monitoring",
        chart: "./charts/observability",
        skipAwait: true,
      },
    );
  });

  it("has its images brought into the nodes after what comes first", () => {
    const { environment } = inputsOf(ran, "observability-images") as { environment: Values };
    const { collector, ...others } = stackImages(withDefaults({}));
    assert.deepEqual(environment, {
      CLUSTER_NAME: "soc-demo",
      IMAGES: [collector, ...Object.values(others)].join(" "),
      EVERYWHERE: collector,
      KUBECONFIG: ".kube/dev.yaml",
      FIRST: "soc-agent ingress-nginx kube-system",
      TIMEOUT: "300",
    });
  });

  it("changes nothing of the application by being on or off", async () => {
    const off = await runProgram({
      stack: "dev",
      config: { ...stackConfig("dev"), observability: { install: false } },
    });
    const values = (of: Ran) => inputsOf(of, "soc-agent-release")["values"];
    assert.deepEqual(values(off), values(ran));
  });
});

describe("the observability stack with other configuration", () => {
  it("takes its images from where it is told to", async () => {
    const images = {
      grafana: "registry.example.com:5000/acme/grafana:13.0.0",
      loki: "acme/loki:3",
    };
    const observability = { install: true, mirror: "mirror.example.com", images };
    const ran = await runProgram({ stack: "dev", config: { observability } });
    const values = inputsOf(ran, "observability-release")["values"] as Values;
    assert.deepEqual(values["global"], { imageRegistry: "mirror.example.com" });
    assert.deepEqual(values["images"], {
      grafana: {
        registry: "registry.example.com:5000",
        repository: "acme/grafana",
        tag: "13.0.0",
        digest: "",
      },
      loki: { registry: "docker.io", repository: "acme/loki", tag: "3", digest: "" },
    });
    const { environment } = inputsOf(ran, "observability-images") as { environment: Values };
    const refs = String(environment["IMAGES"]).split(" ");
    assert.ok(refs.includes("mirror.example.com/acme/grafana:13.0.0"), refs.join(" "));
    assert.ok(
      refs.every((ref) => ref.startsWith("mirror.example.com/")),
      refs.join(" "),
    );
  });

  it("has commands for outputs where no ingress leads to its pages, and no links that lead nowhere", async () => {
    const observability = { install: true, expose: false };
    const ran = await runProgram({ stack: "dev", config: { observability } });
    assert.equal(
      ran.outputs["grafana"],
      "kubectl --kubeconfig=.kube/dev.yaml --namespace=monitoring port-forward service/grafana 3000   # http://localhost:3000/grafana/",
    );
    const { ingress, grafana } = inputsOf(ran, "observability-release")["values"] as {
      ingress: Values;
      grafana: Values;
    };
    assert.deepEqual([ingress["enabled"], grafana["anonymous"]], [false, false]);
    const { backend } = inputsOf(ran, "soc-agent-release")["values"] as { backend: Values };
    assert.deepEqual(backend["env"], {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector.monitoring-agents.svc:4317",
    });
  });

  it("tells the application of a stack that exists, and is told of by nothing else", async () => {
    const trace = "https://jaeger.example.com/trace/{trace_id}";
    const existing = { endpoint: "http://otel-collector.telemetry:4317", links: { trace } };
    const ran = await runProgram({ stack: "dev", config: { observability: { existing } } });
    const { backend, metrics, observability } = inputsOf(ran, "soc-agent-release")[
      "values"
    ] as Record<string, Values>;
    assert.deepEqual(backend?.["env"], { OTEL_EXPORTER_OTLP_ENDPOINT: existing.endpoint });
    assert.deepEqual(metrics, {
      serviceMonitor: { enabled: true },
      prometheusRule: { enabled: true },
      dashboards: { enabled: true, url: "http://localhost:8080" },
    });
    assert.deepEqual(observability, { links: { trace } });
  });
});

describe("namespaces that were there before the observability stack", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  function run(namespaces: Run["namespaces"]): Promise<Ran> {
    const kubeconfig = scratch.file("config");
    const [name, server] = ["soc-production", "https://203.0.113.7"];
    const contexts = [{ name, context: { cluster: name, user: name } }];
    const clusters = [{ name, cluster: { server } }];
    fs.writeFileSync(kubeconfig, stringify({ contexts, clusters, users: [{ name, user: {} }] }));
    const cluster = { existing: { kubeconfig, context: name } };
    const config = { ...stackConfig("prod"), cluster, observability: { install: true } };
    return runProgram({ stack: "prod", config, ...(namespaces && { namespaces }) });
  }
  const made = ({ resources }: Ran) =>
    resources
      .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
      .map(({ name }) => name)
      .sort();

  it("are not the stack's, so that it neither labels nor deletes them", async () => {
    const ran = await run({ monitoring: {} });
    assert.deepEqual(made(ran), ["observability-monitoring-agents", "soc-agent-namespace"]);
    assert.ok(isOn(ran));
  });

  it("are the stack's when they say so", async () => {
    const ran = await run({ monitoring: { "soc-agent.dev/stack": "prod" } });
    assert.equal(made(ran).length, 3);
    assert.equal(made(await run({ monitoring: { "soc-agent.dev/stack": "other" } })).length, 2);
  });

  it("are not guessed at in an update", async () => {
    await assert.rejects(
      run(undefined),
      /The cluster could not be asked:\n {2}- whose namespaces monitoring and monitoring-agents are/,
    );
  });
});
