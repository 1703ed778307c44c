import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import { find, inventory, type Monitoring } from "./support/manifest";

const LABELS = { release: "kube-prometheus-stack" };

/** The values of one monitor or rule, switched on. */
const on = (key: string, values: Values = {}, metrics: Values = {}): Values => ({
  metrics: { [key]: { enabled: true, ...values }, ...metrics },
});

/** The part of a rule that is looked at. */
interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Values;
}

/** The rules whose numbers, such as an autoscaler's limit, stand for what is not measured. */
const FACTS = /^soc:(application:info|hpa_max_replicas)$/;

const MONITORS = [
  ["ServiceMonitor", "serviceMonitor", "endpoints"],
  ["PodMonitor", "podMonitor", "podMetricsEndpoints"],
] as const;

describe("chart: metrics", function () {
  this.timeout(60_000);

  it("are left alone by default, even where the operator's resources are", async () => {
    const flags = MONITORS.map(([kind]) => `--api-versions=monitoring.coreos.com/v1/${kind}`);
    assert.deepEqual(inventory(await render({ flags })), inventory(await render()));
  });

  for (const [kind, key, endpoints] of MONITORS) {
    const scraped = async (values: Values, name = "soc-agent-backend"): Promise<Monitoring> =>
      find(await render({ values }), kind, name);

    it(`are scraped by a ${kind} under the name of the Service`, async () => {
      const { metadata, spec } = await scraped(on(key));
      assert.equal(metadata.namespace, "default");
      assert.deepEqual(spec["namespaceSelector"], { matchNames: ["default"] });
      const [endpoint] = spec[endpoints] as Values[];
      assert.deepEqual(endpoint, {
        port: "http",
        path: "/metrics",
        relabelings: [{ targetLabel: "job", replacement: "soc-agent-backend" }],
      });
      const manifests = await render({ values: on(key) });
      const { matchLabels } = spec["selector"] as { matchLabels: Values };
      const service = find(manifests, "Service", "soc-agent-backend");
      for (const [label, value] of Object.entries(matchLabels)) {
        assert.equal(service.metadata.labels[label], value, label);
      }
    });

    it(`let a ${kind} be where and what the operator looks for`, async () => {
      const relabeling = { action: "labeldrop", regex: "pod" };
      const { metadata, spec } = await scraped(
        on(key, {
          namespace: "monitoring",
          labels: LABELS,
          interval: "15s",
          scrapeTimeout: "5s",
          relabelings: [relabeling],
          metricRelabelings: [relabeling],
        }),
      );
      assert.equal(metadata.namespace, "monitoring");
      assert.equal(metadata.labels["release"], "kube-prometheus-stack");
      assert.deepEqual(spec["namespaceSelector"], { matchNames: ["default"] });
      const [endpoint] = spec[endpoints] as Values[];
      assert.equal(endpoint?.["interval"], "15s");
      assert.equal(endpoint?.["scrapeTimeout"], "5s");
      assert.deepEqual((endpoint?.["relabelings"] as Values[])[1], relabeling);
      assert.deepEqual(endpoint?.["metricRelabelings"], [relabeling]);
    });

    it(`take an exporter beside Redis into a ${kind}, a Service and a policy`, async () => {
      const values = on(key, {}, { redisExporterPort: 9121 });
      const { spec } = await scraped(values, "soc-agent-redis");
      assert.equal((spec[endpoints] as Values[])[0]?.["port"], "metrics");
      const manifests = await render({ values });
      const { ports } = find(manifests, "Service", "soc-agent-redis").spec;
      assert.deepEqual((ports as Values[])[1], {
        name: "metrics",
        port: 9121,
        targetPort: 9121,
        protocol: "TCP",
      });
      const monitoring = { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } };
      assert.deepEqual(find(manifests, "NetworkPolicy", "soc-agent-redis").spec.ingress?.slice(1), [
        { from: [{ namespaceSelector: monitoring }], ports: [{ port: 9121, protocol: "TCP" }] },
      ]);
    });
  }

  it("raise alerts about what the chart has", async () => {
    const alertsWith = async (values: Values) => {
      const both = { serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } };
      const given = { ...values, metrics: { ...both, ...(values["metrics"] as Values) } };
      const { metadata, spec } = find(
        await render({ values: given }),
        "PrometheusRule",
        "soc-agent",
      );
      const groups = spec["groups"] as { name: string; rules: Rule[] }[];
      const names = groups.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, "Prometheus takes one name for one group");
      const all = groups.flatMap(({ rules }) => rules);
      const facts = all.filter(({ record }) => record !== undefined && FACTS.test(record));
      return { metadata, facts, rules: all.filter((rule) => !facts.includes(rule)) };
    };
    const alertsOf = (rules: readonly Rule[]) => rules.flatMap(({ alert }) => alert ?? []);
    const { rules, facts } = await alertsWith({});
    const ofBackend = [
      "SocAgentDown",
      "SocAgentCrashLooping",
      "SocAgentPodDown",
      "SocAgentErrorBudgetBurn",
      "SocAgentErrorBudgetBurn",
      "SocAgentErrors",
      "SocAgentLatencyBudgetBurn",
      "SocAgentLatencyBudgetBurn",
      "SocAgentFanOutSlow",
      "SocAgentReviewBacklog",
    ];
    const shared = [...ofBackend, "SocAgentRedisLost", "SocAgentAtMaximum"];
    const notReady = ["SocAgentNotReady", "SocAgentNotReady"];
    assert.deepEqual(alertsOf(rules), [...shared, ...notReady]);
    const known = rules.map(({ alert, record, labels }) => JSON.stringify([alert, record, labels]));
    assert.equal(new Set(known).size, rules.length, "Prometheus takes equals for a mistake");
    for (const { alert, record, expr } of rules) {
      // Each series that is read is this release's.
      for (const [selector] of expr.matchAll(/\{[^}]*\}/g)) {
        assert.match(selector, /namespace="default"/, alert ?? record);
      }
      assert.match(expr, /"soc-agent-(backend|frontend)"/, alert ?? record);
      assert.doesNotMatch(expr, /soc-backend/, alert ?? record);
    }
    const labels = { namespace: "default", job: "soc-agent-backend" };
    assert.deepEqual(facts, [
      { record: "soc:application:info", expr: "vector(1)", labels },
      { record: "soc:hpa_max_replicas", expr: "vector(8)", labels },
    ]);
    const elsewhere = await alertsWith({
      redis: { enabled: false, external: { enabled: true, urlSecret: "cache" } },
    });
    assert.deepEqual(elsewhere.rules, rules, "a Redis whose URL is in a Secret can be lost too");
    const alone = await alertsWith({
      redis: { enabled: false },
      backend: { replicaCount: 1, hpa: { enabled: false } },
      metrics: {
        prometheusRule: { enabled: true, labels: LABELS, rules: [{ alert: "Mine", expr: "1" }] },
      },
    });
    assert.deepEqual(alertsOf(alone.rules), [...ofBackend, ...notReady, "Mine"]);
    assert.equal(alone.facts.length, 1, "no limit where there is no autoscaler");
    const both = await alertsWith({ frontend: { hpa: { enabled: true } } });
    assert.deepEqual(alertsOf(both.rules), [...shared, ...notReady, "SocAgentAtMaximum"]);
    assert.equal(alone.metadata.labels["release"], "kube-prometheus-stack");
  });

  it("are announced by annotations of the backend's pods, if asked for", async () => {
    const annotationsWith = async (values: Values) => {
      const manifests = await render({ values });
      const { spec } = find(manifests, "Deployment", "soc-agent-backend");
      return (spec.template.metadata as { annotations?: Values }).annotations ?? {};
    };
    const announced = await annotationsWith({ metrics: { annotations: true } });
    assert.equal(announced["prometheus.io/scrape"], "true");
    assert.equal(announced["prometheus.io/port"], "8000");
    assert.equal(announced["prometheus.io/path"], "/metrics");
    assert.equal((await annotationsWith({}))["prometheus.io/scrape"], undefined);
  });
});
