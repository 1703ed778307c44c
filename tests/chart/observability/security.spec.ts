/** What the observability stack may do, and whom it talks to. */
import * as assert from "node:assert/strict";
import { parse } from "yaml";
import { letsIn, reachable } from "../support/reachable";
import { find, pods, workloads, ofKind, type NetworkPolicy } from "../support/manifest";
import { restrictedViolations } from "../../../plan/podSecurity";
import { renderStack, STACK_FULL, STACK_PROFILES } from "../support/stackChart";

/** Memory as Kubernetes writes it, in MiB. */
const mib = (memory: unknown) => Number(/^(\d+)Mi$/.exec(String(memory))?.[1] ?? NaN);

describe("observability chart: security", function () {
  this.timeout(60_000);

  for (const [profile, values] of Object.entries(STACK_PROFILES)) {
    it(`satisfies Pod Security 'restricted' with ${profile} values, but for the collector's folder of logs`, async () => {
      for (const { name, spec } of pods(await renderStack(values))) {
        const expected = name === "otel-collector" ? ["restrictedVolumes: logs"] : [];
        assert.deepEqual(restrictedViolations(spec), expected, name);
      }
    });
  }

  it("hardens every container", async () => {
    const made = pods(await renderStack());
    assert.equal(made.length, 5);
    for (const { name, spec } of made) {
      const [container] = spec.containers;
      assert.equal(container?.securityContext?.readOnlyRootFilesystem, true, name);
      assert.equal(spec.enableServiceLinks, false, name);
      assert.ok(container.readinessProbe && container.livenessProbe, name);
      assert.ok(container.resources?.limits?.["memory"], name);
      const asks = ["otel-collector", "prometheus"].includes(name);
      assert.equal(spec.automountServiceAccountToken, asks, name);
      for (const volume of spec.volumes ?? []) {
        assert.ok(!volume.emptyDir || volume.emptyDir.sizeLimit, `${name} ${volume.name}`);
        const path = volume.hostPath?.path;
        assert.equal(path, name === "otel-collector" && path ? "/var/log/pods" : undefined);
      }
    }
  });

  it("reads the node's logs and writes none", async () => {
    const { spec } = find(await renderStack(), "DaemonSet", "otel-collector");
    const mounts = spec.template.spec.containers[0]?.volumeMounts ?? [];
    assert.equal(mounts.find(({ name }) => name === "logs")?.readOnly, true);
    assert.notEqual(spec.template.spec.securityContext?.runAsUser, 0);
  });

  it("asks for about 860 MiB on three nodes", async () => {
    const manifests = await renderStack();
    const sum = workloads(manifests)
      .map(({ kind, spec }) => {
        const memory = spec.template.spec.containers[0]?.resources?.requests?.["memory"];
        return mib(memory) * (kind === "DaemonSet" ? 3 : 1);
      })
      .reduce((total, one) => total + one, 0);
    assert.ok(sum > 600 && sum <= 870, String(sum));
  });

  it("may read pods, nodes and the kubelets' metrics, and change nothing", async () => {
    const manifests = await renderStack();
    const rules = [...ofKind(manifests, "ClusterRole"), ...ofKind(manifests, "Role")].flatMap(
      ({ rules }) => rules ?? [],
    );
    const allowed = new Set(
      rules.flatMap(({ resources = [], verbs = [] }) =>
        (resources as string[]).flatMap((one) =>
          (verbs as string[]).map((verb) => `${verb} ${one}`),
        ),
      ),
    );
    assert.deepEqual([...allowed].sort(), [
      "get nodes",
      "get nodes/metrics",
      "get pods",
      "list nodes",
      "list pods",
      "watch nodes",
      "watch pods",
    ]);
  });

  describe("network", () => {
    const at = (namespace: string, name: string) => ({
      namespace,
      labels: {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": "observability",
      },
    });
    const BACKEND = { namespace: "soc-agent", labels: { app: "soc-backend" } };
    const CONTROLLER = { namespace: "ingress-nginx", labels: {} };
    const STRANGER = { namespace: "default", labels: {} };
    const COLLECTOR = at("monitoring-agents", "otel-collector");
    const here = (name: string) => at("monitoring", name);
    const home = ({ metadata }: NetworkPolicy) => metadata.namespace ?? "";

    /** Who may come in where, and who may not. */
    const INTO: [string, string, object, number, boolean][] = [
      ["otel-collector", "the application", BACKEND, 4317, true],
      ["otel-collector", "a stranger", STRANGER, 4317, false],
      ["otel-collector", "the ingress controller", CONTROLLER, 4317, false],
      ["jaeger", "the collector", COLLECTOR, 4317, true],
      ["jaeger", "the application", BACKEND, 4317, false],
      ["jaeger", "the ingress controller", CONTROLLER, 16686, true],
      ["jaeger", "a stranger", STRANGER, 16686, false],
      ["prometheus", "Grafana", here("grafana"), 9090, true],
      ["prometheus", "Loki", here("loki"), 9090, false],
      ["prometheus", "the application", BACKEND, 9090, false],
      ["loki", "the collector", COLLECTOR, 3100, true],
      ["loki", "the ingress controller", CONTROLLER, 3100, false],
      ["grafana", "the ingress controller", CONTROLLER, 3000, true],
      ["grafana", "the collector", COLLECTOR, 3000, false],
    ];
    for (const [part, who, from, port, allowed] of INTO) {
      it(`lets ${who} ${allowed ? "" : "not "}into ${part} on ${port}`, async () => {
        const policy = find(await renderStack(), "NetworkPolicy", part);
        const pods = from as typeof BACKEND;
        assert.equal(
          letsIn(policy.spec.ingress, { title: who, at: pods, port }, home(policy)),
          allowed,
        );
      });
    }

    /** Who may go out where, and who may not: nothing calls home. */
    const OUT: [string, string, object | string, number, boolean][] = [
      ["otel-collector", "Loki", here("loki"), 3100, true],
      ["otel-collector", "the application", BACKEND, 8000, false],
      ["prometheus", "the application", BACKEND, 8000, true],
      ["prometheus", "the kubelets", "172.18.0.3", 10250, true],
      ["jaeger", "Prometheus", here("prometheus"), 9090, true],
      ["grafana", "Loki", here("loki"), 3100, true],
      ["grafana", "the internet", "34.120.177.193", 443, false],
      ["loki", "the internet", "34.120.177.193", 443, false],
      ["jaeger", "the internet", "34.120.177.193", 443, false],
      ["loki", "Prometheus", here("prometheus"), 9090, false],
    ];
    for (const [part, whom, to, port, allowed] of OUT) {
      it(`lets ${part} ${allowed ? "" : "not "}out to ${whom} on ${port}`, async () => {
        const policy = find(await renderStack(), "NetworkPolicy", part);
        const destination = { title: whom, at: to as string, port };
        assert.equal(reachable(policy.spec.egress, destination, "TCP", home(policy)), allowed);
      });
    }
  });

  describe("the pages", () => {
    const paths = async () => {
      const [ingress] = ofKind(await renderStack(STACK_FULL), "Ingress");
      return (ingress?.spec.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
    };
    /** Whether an Ingress' paths match: https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types */
    const matched = (all: Awaited<ReturnType<typeof paths>>, asked: string) =>
      all.some(({ path = "", pathType }) =>
        pathType === "Exact"
          ? asked === path
          : asked === path || asked.startsWith(`${path.replace(/\/$/, "")}/`),
      );

    it("are reachable with what they read", async () => {
      const all = await paths();
      for (const asked of [
        "/grafana/d/soc/soc",
        "/jaeger/trace/1",
        "/prometheus",
        "/prometheus/",
        "/prometheus/query",
        "/prometheus/api/v1/query",
        "/prometheus/api/v1/query_range",
        "/prometheus/api/v1/query_exemplars",
        "/prometheus/api/v1/alerts",
        "/prometheus/api/v1/label/job/values",
      ]) {
        assert.ok(matched(all, asked), asked);
      }
    });

    it("are not reachable with what writes, administers or tells of the machine", async () => {
      const all = await paths();
      for (const asked of [
        "/prometheus/api/v1/write",
        "/prometheus/api/v1/otlp/v1/metrics",
        "/prometheus/api/v1/admin/tsdb/delete_series",
        "/prometheus/-/reload",
        "/prometheus/-/quit",
        "/prometheus/debug/pprof/heap",
        "/prometheus/federate",
        "/prometheus/api/v1/read",
        "/loki",
        "/",
      ]) {
        assert.ok(!matched(all, asked), asked);
      }
    });

    it("of Prometheus tell a page of another origin nothing", async () => {
      const { spec } = find(await renderStack(STACK_FULL), "StatefulSet", "prometheus");
      const args = spec.template.spec.containers[0]?.args ?? [];
      const origin = args.find((arg) => String(arg).startsWith("--web.cors.origin="));
      const pattern = new RegExp(`^(?:${String(origin).slice("--web.cors.origin=".length)})$`);
      assert.match("https://soc.example.com", pattern);
      for (const other of ["https://evil.example", "https://socXexample.com", "null"]) {
        assert.doesNotMatch(other, pattern);
      }
    });
  });

  describe("nobody is called", () => {
    /** Settings of Grafana, each with the page that says what it does. */
    const CONFIGURE = "https://grafana.com/docs/grafana/v13.2/setup-grafana/configure-grafana/";
    const GRAFANA: Readonly<Record<string, [value: string, page: string]>> = {
      GF_ANALYTICS_REPORTING_ENABLED: ["false", `${CONFIGURE}#reporting_enabled`],
      GF_ANALYTICS_CHECK_FOR_UPDATES: ["false", `${CONFIGURE}#check_for_updates`],
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: ["false", `${CONFIGURE}#check_for_plugin_updates`],
      GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: ["false", `${CONFIGURE}#feedback_links_enabled`],
      GF_NEWS_NEWS_FEED_ENABLED: ["false", `${CONFIGURE}#news_feed_enabled`],
      GF_SECURITY_DISABLE_GRAVATAR: ["true", `${CONFIGURE}#disable_gravatar`],
      GF_SNAPSHOTS_EXTERNAL_ENABLED: ["false", `${CONFIGURE}#external_enabled`],
      GF_PLUGINS_PREINSTALL_DISABLED: ["true", `${CONFIGURE}#preinstall_disabled`],
      // The data source for Jaeger is a plugin that the image brings, and that would be renewed at each start.
      GF_PLUGINS_PREINSTALL_AUTO_UPDATE: [
        "false",
        "https://grafana.com/docs/grafana/v13.2/datasources/jaeger/#plugin-updates",
      ],
      GF_PLUGINS_PLUGIN_ADMIN_ENABLED: ["false", `${CONFIGURE}#plugin_admin_enabled`],
      GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: [
        "true",
        `${CONFIGURE}#public_key_retrieval_disabled`,
      ],
    };
    for (const [name, [value, page]] of Object.entries(GRAFANA)) {
      it(`by Grafana: ${name}, as ${page} says`, async () => {
        const { spec } = find(await renderStack(), "Deployment", "grafana");
        const env = spec.template.spec.containers[0]?.env ?? [];
        assert.equal(env.find((one) => one.name === name)?.value, value);
      });
    }

    it("by Loki, as https://grafana.com/docs/loki/latest/configure/#analytics says", async () => {
      const { data } = find(await renderStack(), "ConfigMap", "loki");
      const { analytics } = parse(data?.["loki.yaml"] ?? "") as { analytics: object };
      assert.deepEqual(analytics, { reporting_enabled: false });
    });

    it("and Grafana has all three data sources, each under the uid that links name", async () => {
      const { data } = find(await renderStack(), "ConfigMap", "grafana");
      const { datasources } = parse(data?.["datasources.yaml"] ?? "") as {
        datasources: { uid: string; type: string }[];
      };
      const sources = datasources.map(({ uid, type }) => `${uid} ${type}`);
      assert.deepEqual(sources, ["prometheus prometheus", "jaeger jaeger", "loki loki"]);
    });
  });

  it("links to nothing that an anonymous Viewer may not see", async () => {
    const manifests = await renderStack(STACK_FULL);
    const texts = ofKind(manifests, "ConfigMap").map(({ data }) => JSON.stringify(data));
    for (const text of texts) {
      assert.doesNotMatch(text, /\/explore|internalLink|datasourceUid/);
    }
    const { spec } = find(manifests, "Deployment", "grafana");
    const env = spec.template.spec.containers[0]?.env ?? [];
    const value = (name: string) => env.find((one) => one.name === name)?.value;
    assert.equal(value("GF_AUTH_ANONYMOUS_ENABLED"), "true");
    assert.equal(value("GF_AUTH_ANONYMOUS_ORG_ROLE"), "Viewer");
    const plain = find(await renderStack(), "Deployment", "grafana").spec.template.spec;
    const anonymous = plain.containers[0]?.env?.find(
      ({ name }) => name === "GF_AUTH_ANONYMOUS_ENABLED",
    );
    assert.equal(anonymous?.value, "false");
  });
});
