/** The observability stack of the dev stack, on a real cluster and in a real browser. Tests build on each other. */
import * as assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { must } from "../../machine/run";
import { clients, load } from "../support/load";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { launch, Window } from "./support/browser";
import { amountOf, dashboardQueries, requestOf } from "./support/dashboardQueries";
import { OBSERVED, observedStack } from "./support/liveStack";
import { callerPods, reach, standIns, targetsOf, type Caller } from "./support/reach";
import { exemplarsOf, explained, firing, linesOf, seriesOf, spansOf } from "./support/signals";
import {
  ask,
  CLUSTER,
  KUBECONFIG,
  kubectl,
  mustUp,
  objects,
  type Pod,
  STACK,
  stackConfig,
  upWithoutChanges,
  URL as BASE,
} from "./support/stack";

interface Threat {
  readonly id: string;
  readonly trace_id: string | null;
}

interface Links {
  readonly available: boolean;
}

/** Threats that are followed one by one; a long series is for measuring. */
const SERIES = Number(process.env["E2E_SERIES"] ?? 10);

/** Every span that a threat without a model has at least. */
const SPANS = [
  "POST /api/threats/trigger",
  "analyze_threat",
  "historical_agent",
  "config_agent",
  "devops_agent",
  "context_agent",
  "priority_agent",
  "fp_analyzer",
  "adversarial_detector",
  "response_engine",
  "timeline_builder",
  "threats:events receive",
];

const METRIC = "soc_threat_processing_duration_seconds_bucket";
const NAMESPACES = ["monitoring", "monitoring-agents"];

/** Changes the backend's environment. */
const ENV = ["-n", "soc-agent", "set", "env", "deploy/soc-agent-backend"];

/** A pod that writes a thousand numbered lines in half a minute. */
const LINES = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "lines", namespace: "soc-agent" },
  spec: {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "lines",
        image: "redis:7-alpine",
        imagePullPolicy: "IfNotPresent",
        command: [
          ...["sh", "-c"],
          "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i of 1000; [ $((i%20)) -ne 0 ] || sleep 0.5; done",
        ],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  },
};

describe("the observability stack on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;
  let firstUp: string;
  let browser: Browser;
  /** What two faults are awaited by, whose alerts take a minute, which the test between shares. */
  let redisLost: Promise<unknown>;
  let crashLooping: Promise<unknown>;

  const trigger = () => ask<Threat>("/api/threats/trigger", {});
  const up = () => mustUp(project);
  const pods = (namespace: string, ...args: string[]) =>
    objects<Pod>(project, "pods", "--namespace", namespace, ...args);
  const uids = async () =>
    (await pods("soc-agent", "--selector=app in (soc-backend, soc-frontend, redis)"))
      .map(({ metadata }) => metadata.uid)
      .sort();
  const helm = (...args: string[]) =>
    project.must("helm", [...args, "--kubeconfig", KUBECONFIG, "--namespace", "monitoring"]);
  const scale = (name: string, replicas: number) =>
    kubectl(
      project,
      "-n",
      "soc-agent",
      "scale",
      `deploy/soc-agent-${name}`,
      `--replicas=${replicas}`,
    );

  /** Whether an alert of the pod that crashes fires: which of both, depends on whether a container is seen running. */
  const crashFires = async () => {
    const names = await firing();
    return (
      ["SocAgentCrashLooping", "SocAgentPodDown"].some((name) => names.includes(name)) || undefined
    );
  };

  before(async () => {
    ({ project, firstUp } = await observedStack());
    browser = await launch();
  });
  after(() => browser?.close());

  it("comes up with the dev stack, whose up ends with its pages and with what arrives", async () => {
    for (const page of ["grafana", "jaeger", "prometheus"]) {
      assert.match(firstUp, new RegExp(`${page}: +${BASE}/${page}/`));
    }
    assert.match(firstUp, /[Mm]etrics: \d+ of \d+ pods/);
    assert.match(await upWithoutChanges(project), /unchanged/);
  });

  it("keeps to Pod Security, the collector alone among the privileged", async () => {
    for (const [name, level] of [
      ["monitoring", "restricted"],
      ["monitoring-agents", "privileged"],
    ] as const) {
      const label = "{.metadata.labels.pod-security\\.kubernetes\\.io/enforce}";
      const args = ["get", "namespace", name, "-o", `jsonpath=${label}`];
      assert.equal(await kubectl(project, ...args), level);
    }
    const agents = await pods("monitoring-agents");
    assert.ok(agents.every(({ metadata }) => metadata.name.startsWith("otel-collector-")));
    assert.equal(agents.length, 3);
    for (const part of ["grafana", "jaeger", "loki", "prometheus"]) {
      await until(`${part}, ready`, 60, async () => {
        const [pod] = await pods("monitoring", `--selector=app.kubernetes.io/name=${part}`);
        const ready = pod?.status?.conditions?.find(({ type }) => type === "Ready");
        return ready?.status === "True" || undefined;
      });
    }
  });

  it("reads every target, and all three data sources of Grafana work", async () => {
    // As often as threats are sent below, so that each has its exemplar.
    const chart = project.path("charts/observability");
    await helm(
      ...["upgrade", "observability", chart, "--reuse-values", "--wait"],
      ...["--set", "prometheus.scrapeInterval=2s"],
    );
    await until("every target", 60, async () => {
      const down = await seriesOf("up != 1");
      const all = await seriesOf("count by (job) (up == 1)");
      const jobs = all.map(({ metric }) => metric["job"]).sort();
      assert.deepEqual(down, []);
      assert.deepEqual(jobs, [
        ...["grafana", "jaeger", "kubelet", "loki", "otel-collector", "prometheus", "soc-backend"],
      ]);
      return jobs;
    });
    for (const uid of ["prometheus", "jaeger", "loki"]) {
      const health = await ask<{ status: string }>(`/grafana/api/datasources/uid/${uid}/health`);
      assert.equal(health.status, "OK", uid);
    }
  });

  it("follows each threat from its answer to its trace, its log line and its exemplar", async () => {
    await until("traces", 30, async () =>
      (await ask<Links>("/api/observability")).available ? true : undefined,
    );
    // The first ones are slow: their code is not compiled yet.
    for (let sent = 0; sent < 20; sent++) {
      await trigger();
    }
    const took: number[] = [];
    const shares: number[] = [];
    for (let sent = 0; sent < SERIES; sent++) {
      const at = Date.now();
      const { id, trace_id: traceId } = await trigger();
      assert.ok(traceId);
      await Promise.all([
        until(`all spans of ${traceId}`, 20, async () => {
          const spans = await spansOf(traceId);
          const names = spans.map(({ operationName }) => operationName);
          assert.deepEqual(
            SPANS.filter((name) => !names.includes(name)),
            [],
          );
          assert.ok(spans.some(({ tags }) => tags.some(({ value }) => value === id)));
          shares.push(explained(spans));
          return true;
        }),
        until(`the log line of ${id}`, 20, async () => {
          const lines = await linesOf(
            `{k8s_namespace_name="soc-agent"} | trace_id="${traceId}" | threat_id="${id}"`,
          );
          return lines.length > 0 || undefined;
        }),
        until(
          `the exemplar of ${traceId}`,
          20,
          async () => (await exemplarsOf(METRIC)).includes(traceId) || undefined,
        ),
      ]);
      took.push(Date.now() - at);
    }
    took.sort((a, b) => a - b);
    const after = (share: number) => `${took[Math.ceil(SERIES * share) - 1]} ms`;
    console.log(`      seen everywhere after ${after(0.5)}, 95 of 100 after ${after(0.95)}`);
    // A pause of a busy machine is in no span, so that the quieter half tells what spans leave out.
    const quieter = shares.sort((a, b) => b - a).slice(0, SERIES / 2);
    console.log(`      explained by spans: ${shares.map((one) => one.toFixed(2)).join(", ")}`);
    assert.ok((quieter[Math.floor(SERIES / 4)] ?? 0) >= 0.9);
  });

  it("has a trace of a real threat for every exemplar, and a line for every threat, under load", async () => {
    const before = new Set(await exemplarsOf(METRIC));
    const open = await clients(BASE, 50);
    const sent = await load(BASE, 5, 10).finally(() =>
      open.forEach((client) => client.terminate()),
    );
    const ids = sent.flatMap(({ id }) => id ?? []);
    assert.ok(ids.length > sent.length / 2, `${ids.length} of ${sent.length} were answered`);
    const traces = await until("exemplars of the load", 20, async () => {
      const all = (await exemplarsOf(METRIC)).filter((trace) => !before.has(trace));
      return all.length >= 3 ? all : undefined;
    });
    for (const trace of traces) {
      await until(`the trace ${trace} of an exemplar`, 20, async () => {
        const tags = (await spansOf(trace)).flatMap(({ tags }) => tags);
        return ids.find((id) => tags.some(({ value }) => value === id));
      });
    }
    const query = `{k8s_namespace_name="soc-agent"} | threat_id=~"${ids.join("|")}"`;
    await until("a line of every threat", 30, async () => {
      const lines = (await linesOf(query)).join("\n");
      return ids.every((id) => lines.includes(id)) || undefined;
    });
  });

  it("answers every query of its dashboards with data", async () => {
    const to = Date.now();
    const empty: string[] = [];
    const queries = dashboardQueries();
    assert.ok(queries.length > 30);
    for (const query of queries) {
      const path = requestOf(query, { from: to - 600_000, to });
      const url = `${BASE}/grafana/api/datasources/proxy/uid/${query.source}${path}`;
      const answer = await fetch(url);
      const text = await answer.text();
      if (!answer.ok || amountOf(query, text) === 0) {
        empty.push(`${query.dashboard} / ${query.panel}: ${query.expr}: ${answer.status}`);
      }
    }
    assert.deepEqual(empty, []);
  });

  it("links a threat to its trace and its lines, and both lead back", async () => {
    const threat = await trigger();
    const window = await Window.open(browser);
    await window.row(threat.id).waitFor();
    await window.page.goto(`${BASE}/?threat=${threat.id}`);
    const detail = window.page.locator(".pane");
    const follow = async (name: RegExp) => {
      const opened = window.page.waitForEvent("popup");
      await detail.getByRole("link", { name }).first().click();
      return opened;
    };
    await until(
      "the trace",
      20,
      async () => (await spansOf(threat.trace_id ?? "")).length || undefined,
    );
    const trace = await follow(/trace/i);
    await trace.waitForURL(`${BASE}/jaeger/trace/${threat.trace_id}`);
    await trace.getByText("analyze_threat").first().waitFor();
    const logs = await follow(/logs/i);
    await logs.waitForURL(/\/grafana\/d\/soc-trace-logs\//);
    await logs.getByText(threat.id).first().waitFor();
    await trace.getByText("analyze_threat").first().click();
    const back = trace.getByRole("link", { name: "The threat in the dashboard" }).first();
    await back.waitFor();
    assert.equal(await back.getAttribute("href"), `/?threat=${threat.id}`);
    await trace.goto(`${BASE}/?threat=${threat.id}`);
    await trace.locator(".pane").getByRole("link", { name: /trace/i }).first().waitFor();
    for (const page of [trace, logs]) {
      assert.ok(!page.url().includes("/explore"));
      await page.close();
    }
    await window.close();
  });

  it("tells a page of another origin nothing", async () => {
    const server: Server = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<title>elsewhere</title>"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const page = await browser.newPage();
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const read = (path: string) =>
        page.evaluate(
          (url) =>
            fetch(url).then(
              (response) => response.text(),
              () => "refused",
            ),
          `${BASE}${path}`,
        );
      for (const path of [
        "/prometheus/api/v1/query?query=up",
        "/jaeger/api/services",
        "/grafana/api/search",
      ]) {
        assert.equal(await read(path), "refused", path);
      }
    } finally {
      await page.close();
      server.close();
    }
    for (const path of ["/prometheus/api/v1/write", "/prometheus/-/reload"]) {
      const { status } = await fetch(`${BASE}${path}`, { method: "POST" });
      assert.ok(status === 404 || status === 405, `${path}: ${status}`);
    }
  });

  it("reaches nothing outside of the cluster from what only answers, as no image here calls home", async () => {
    const [host, node] = [`${CLUSTER}-worker`, `${CLUSTER}-worker2`];
    const [backend] = await pods("soc-agent", "--selector=app=soc-backend");
    const image = String(backend?.spec.containers[0]?.image);
    const as = (part: string): Caller => ({
      namespace: "monitoring",
      name: `as-${part}`,
      labels: {
        "app.kubernetes.io/name": part,
        "app.kubernetes.io/instance": "observability",
      },
    });
    const outside = ["internet", "internet:80", "metadata", "metadata:443"];
    const expected: readonly (readonly [Caller, readonly string[]])[] = [
      ...["grafana", "jaeger", "loki"].map((part) => [as(part), []] as const),
      // The API server's port is open to any address, since a policy cannot name it.
      [as("prometheus"), ["internet", "metadata:443"]],
      [{ namespace: "monitoring", name: "stranger" }, outside],
    ];
    const callers = expected.map(([caller]) => caller);
    const items = [await standIns(image, host, [node]), ...callerPods(callers, image, node)];
    project.write("callers.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl(project, "apply", "-f", "callers.json");
    for (const { namespace, name } of [{ namespace: "default", name: "outside" }, ...callers]) {
      const running = "--for=jsonpath={.status.phase}=Running";
      await kubectl(project, "-n", namespace, "wait", running, `pod/${name}`, "--timeout=60s");
    }
    const all = await targetsOf(project, "soc-agent", "soc-agent");
    const targets = Object.fromEntries(
      Object.entries(all).filter(([name]) => outside.includes(name)),
    );
    let seen: (readonly [string, string[]])[] = [];
    const wanted = expected.map(([{ name }, reached]) => [name, reached]);
    // A policy takes some seconds to know a new pod.
    const settled = until("the policies' effect", 40, async () => {
      seen = await Promise.all(
        callers.map(
          async (caller) => [caller.name, await reach(project, caller, targets)] as const,
        ),
      );
      return JSON.stringify(seen) === JSON.stringify(wanted) || undefined;
    });
    await settled.catch(() => assert.deepEqual(seen, wanted));
    await kubectl(project, "delete", "--wait=false", "-f", "callers.json");
  });

  it("fires no alert for one pod that is replaced", async () => {
    await until("silence", 180, async () => ((await firing()).length === 0 ? true : undefined));
    const [pod] = await pods("soc-agent", "--selector=app=soc-backend");
    await kubectl(project, "-n", "soc-agent", "delete", "pod", String(pod?.metadata.name));
    await kubectl(project, "-n", "soc-agent", "rollout", "status", "deploy/soc-agent-backend");
    assert.deepEqual(await firing(), []);
  });

  it("answers beside a pod that crashes again and again, and then loses Redis", async () => {
    await kubectl(project, ...ENV, "PORT=none");
    await until("a crash", 60, async () => {
      const all = await pods("soc-agent", "--selector=app=soc-backend");
      return (
        all.some(({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0) ||
        undefined
      );
    });
    assert.ok((await trigger()).id);
    crashLooping = until("the alert of the pod that crashes", 120, crashFires);

    const window = await Window.open(browser);
    const gone = Date.now();
    await scale("redis", 0);
    redisLost = (async () => {
      await until("the alert of Redis", 120, async () =>
        (await firing()).includes("SocAgentRedisLost") ? true : undefined,
      );
      console.log(`      fired after ${Math.round((Date.now() - gone) / 1000)} s`);
      const { page } = window;
      const button = page.getByRole("button", { name: /alert/i }).first();
      await button.click({ timeout: 20_000 });
      const list = page.getByRole("region", { name: "Alerts" });
      await list.getByText("SocAgentRedisLost").waitFor({ timeout: 20_000 });
      await window.close();
    })();
    // The tests after the next one await them, until when a failure is nobody's.
    for (const alert of [crashLooping, redisLost]) {
      alert.catch(() => undefined);
    }
  });

  it("loses and doubles no line when the collector is killed and replaced", async () => {
    project.write("lines.json", JSON.stringify(LINES));
    await kubectl(project, "apply", "-f", "lines.json");
    const count = async () =>
      (await linesOf('{k8s_pod_name="lines"}')).filter((line) => /^line \d+ of 1000$/.test(line));
    await until("the first lines", 60, async () => (await count()).length > 50 || undefined);
    const [pod] = await pods("soc-agent", "--field-selector=metadata.name=lines");
    await must("docker", ["exec", String(pod?.spec?.nodeName), "pkill", "-KILL", "otelcol-k8s"]);
    const agents = ["-n", "monitoring-agents", "rollout"];
    await until("the next lines", 60, async () => (await count()).length > 400 || undefined);
    await kubectl(project, ...agents, "restart", "ds/otel-collector");
    await kubectl(project, ...agents, "status", "ds/otel-collector", "--timeout=90s");
    const lines = await until("a thousand lines", 90, async () => {
      const all = await count();
      return new Set(all).size === 1000 ? all : undefined;
    });
    assert.equal(lines.length, 1000);
    await kubectl(project, "-n", "soc-agent", "delete", "pod", "lines", "--wait=false");
  });

  it("fires for a Redis that is gone, until it is back", async () => {
    await redisLost;
    await scale("redis", 1);
    await until("its end", 120, async () =>
      (await firing()).includes("SocAgentRedisLost") ? undefined : true,
    );
  });

  it("fires for the pod that crashes, while those before it answer", async () => {
    await crashLooping;
    await until("an answer, since Redis is back", 60, trigger);
    assert.ok(await crashFires(), "the pod crashes no more");
  });

  it("fires for a backend and for collectors that are gone, until they are back, and for no crash any more", async () => {
    const nowhere = (selector: object | null) =>
      JSON.stringify({ spec: { template: { spec: { nodeSelector: selector } } } });
    const agents = ["-n", "monitoring-agents", "patch", "ds/otel-collector", "--type=merge"];
    const alerts = ["SocAgentDown", "TelemetryCollectorDown"];
    await kubectl(project, ...ENV, "PORT-");
    await scale("backend", 0);
    await kubectl(project, ...agents, "-p", nowhere({ "example.com/nowhere": "yes" }));
    await until("the end of the alert of the pod that crashed", 120, async () =>
      (await crashFires()) ? undefined : true,
    );
    await until("the alerts", 120, async () => {
      const names = await firing();
      assert.deepEqual(
        alerts.filter((name) => !names.includes(name)),
        [],
      );
      return true;
    });
    await scale("backend", 2);
    await kubectl(project, ...agents, "-p", nowhere(null));
    await until("their end", 150, async () => {
      const names = await firing();
      assert.deepEqual(
        alerts.filter((name) => names.includes(name)),
        [],
      );
      return true;
    });
  });

  it("is followed by the doctor hop by hop, who names the first that loses a threat", async () => {
    await until("traces", 60, async () =>
      (await ask<Links>("/api/observability")).available ? true : undefined,
    );
    const doctor = ["run", "doctor", "--", "observability", "--stack", STACK];
    const well = await project.must("npm", doctor);
    for (const hop of ["API", "trace in Jaeger", "log line in Loki", "exemplar in Prometheus"]) {
      assert.match(well, new RegExp(`\\d+ ms +${hop}`));
    }
    const jaeger = ["-n", "monitoring", "scale", "deploy/jaeger"];
    await kubectl(project, ...jaeger, "--replicas=0");
    const ill = await project.run("npm", doctor);
    await kubectl(project, ...jaeger, "--replicas=1");
    assert.equal(ill.code, 1);
    assert.match(ill.output, /lost +trace in Jaeger[^]*Look: kubectl/);
  });

  it("goes and comes without a restart of the application, and the links with it", async () => {
    const before = await uids();
    project.configure(STACK, stackConfig());
    await up();
    await until("no links", 10, async () =>
      (await ask<Links>("/api/observability")).available ? undefined : true,
    );
    assert.deepEqual(await uids(), before);
    const names = await kubectl(project, "get", "namespaces", "-o", "name");
    for (const namespace of NAMESPACES) {
      assert.ok(!names.split("\n").includes(`namespace/${namespace}`), names);
    }
    const left = await kubectl(
      project,
      ...["get", "clusterroles,clusterrolebindings,services,roles", "-A", "-o", "name"],
      ...["--selector", "app.kubernetes.io/instance=observability"],
    );
    assert.equal(left.trim(), "");

    project.configure(STACK, OBSERVED);
    await up();
    await until("links", 10, async () =>
      (await ask<Links>("/api/observability")).available ? true : undefined,
    );
    assert.deepEqual(await uids(), before);
  });
});
