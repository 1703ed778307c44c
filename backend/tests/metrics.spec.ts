import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { Counter, Gauge, Histogram, Registry, Summary } from "prom-client";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import {
  createRegistry,
  expose,
  plainText,
  prefersOpenMetrics,
} from "../src/telemetry/exposition.js";
import { Metrics } from "../src/telemetry/metrics.js";
import { ModelMetrics } from "../src/telemetry/modelMetrics.js";
import { RedisMetrics } from "../src/telemetry/redisMetrics.js";
import { RetentionMetrics } from "../src/telemetry/retentionMetrics.js";
import { makeThreat } from "./support/threat.js";

const OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
/** What Prometheus 3 asks with. */
const PROMETHEUS =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5," +
  "application/openmetrics-text;version=0.0.1;q=0.4," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
const SPAN = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

/** The same of everything, in either kind of registry. */
function fill(registry: Registry, enableExemplars: boolean): void {
  const registers = [registry];
  new Gauge({ name: "jobs", help: 'A "gauge" # {like}\nno other', registers }).set(-1.5);
  const requests = new Counter({
    name: "requests_total",
    help: "Requests_total and TYPE requests counter",
    labelNames: ["path"],
    registers,
  });
  requests.inc({ path: '/a" # {x="1"} 5 6' }, 3);
  requests.inc({ path: "\\} 1 # {" });
  new Counter({ name: "nothing_total", help: "Never counted", registers });
  new Gauge({ name: "requests_created", help: "Not of the counter", registers }).set(Infinity);
  const times = new Histogram({
    name: "seconds",
    help: "Times",
    labelNames: ["path"],
    buckets: [0.1, 1],
    enableExemplars,
    registers,
  });
  for (const value of [0.01, 0.5, 7]) {
    const labels = { path: "/} # {" };
    if (enableExemplars) {
      times.observe({ labels, value, exemplarLabels: { path: '1" # {' } });
    } else {
      times.observe(labels, value);
    }
  }
  new Summary({ name: "bytes", help: "Sizes", percentiles: [0.5], registers }).observe(4);
}

describe("the formats of metrics", () => {
  it("are one content: plain text is what a plain registry would write, also the second time", async () => {
    const plain = new Registry();
    fill(plain, false);
    const open = createRegistry();
    fill(open as unknown as Registry, true);
    const expected = await plain.metrics();
    for (let time = 1; time <= 2; time += 1) {
      const text = await open.metrics();
      assert.match(text, / # \{path="1\\" # \{"\} 0.5 \d/);
      assert.equal(plainText(text), expected);
      assert.deepEqual(await expose(open), {
        contentType: "text/plain; version=0.0.4; charset=utf-8",
        text: expected,
      });
      assert.deepEqual(await expose(open, PROMETHEUS), {
        contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
        text,
      });
    }
  });

  const accepts: readonly (readonly [string, boolean])[] = [
    ["", false],
    ["*/*", false],
    ["text/html,application/xhtml+xml,*/*;q=0.8", false],
    ["text/plain;version=0.0.4", false],
    [OPEN_METRICS, true],
    [PROMETHEUS, true],
    ["application/openmetrics-text", true],
    ["Application/OpenMetrics-Text; Version=1.0.0; Q=0.5", true],
    ["application/openmetrics-text;version=2.0.0", false],
    [`${OPEN_METRICS};q=0`, false],
    [`${OPEN_METRICS};q=0.2,text/plain;q=0.7`, false],
    [`${OPEN_METRICS};q=x`, false],
  ];
  for (const [accept, open] of accepts) {
    it(`${open ? "OpenMetrics" : "plain text"} is for "${accept}"`, () => {
      assert.equal(prefersOpenMetrics(accept), open);
    });
  }
});

describe("the metrics", () => {
  /** What is counted for the text that is compared with. */
  function count(metrics: Metrics, threat: ThreatAnalysis): void {
    metrics.webSockets.connected(2);
    metrics.httpInProgress.inc({ method: "GET", handler: "/api/threats" });
    const judged = { ...threat.false_positive_score, score: 0.35 };
    const high = { ...threat, severity: "HIGH", false_positive_score: judged } as ThreatAnalysis;
    metrics.threatProcessed(high, 0.0312);
    metrics.threatProcessed({ ...threat, severity: "LOW", false_positive_score: null }, 0.004);
    metrics.agentDone("config", 0.0004);
    metrics.agentDone("config", 0.3);
    const got = { method: "GET", handler: "/api/threats", status: 200, requestBytes: 0 };
    metrics.httpRequestDone({ ...got, seconds: 0.0123, responseBytes: 345 });
    const sent = { method: "POST", handler: "none", status: 404, requestBytes: 12 };
    metrics.httpRequestDone({ ...sent, seconds: 0.001, responseBytes: 26 });
  }

  it("have every line that they had in 2.0.0, and only more", async () => {
    const metrics = new Metrics();
    new RetentionMetrics(metrics.registry, async () => 3);
    count(metrics, await makeThreat("id"));
    const lines = new Set((await expose(metrics.registry)).text.split("\n"));
    const before = readFileSync(new URL("support/exposition-2.0.0.txt", import.meta.url), "utf8");
    assert.deepEqual(
      before.split("\n").filter((line) => !lines.has(line)),
      [],
    );
  });

  it("read 0 of what has not happened", async () => {
    const metrics = new Metrics();
    new RedisMetrics(metrics.registry, () => false);
    new RetentionMetrics(metrics.registry, async () => 0);
    new ModelMetrics(metrics.registry, "", true);
    metrics.httpRoute("GET", "/api/threats");
    const { text } = await expose(metrics.registry);
    for (const line of [
      'soc_threats_processed_total{severity="CRITICAL",threat_type="geo_anomaly"} 0',
      'soc_agent_duration_seconds_count{agent_name="priority_agent"} 0',
      'soc_threat_processing_duration_seconds_count{phase="total"} 0',
      'http_requests_total{method="GET",handler="/api/threats",status="5xx"} 0',
      "soc_redis_up 0",
      "soc_redis_reconnects_total 0",
      'soc_redis_command_duration_seconds_count{command="MULTI"} 0',
      "soc_websocket_fanout_lag_seconds_count 0",
      'soc_websocket_dropped_clients_total{reason="slow"} 0',
      'soc_websocket_dropped_clients_total{reason="silent"} 0',
      'soc_websocket_dropped_clients_total{reason="store_unavailable"} 0',
      'soc_model_cost_usd_total{agent_name="devops_agent",threat_type="bot_traffic"} 0',
    ]) {
      assert.ok(text.includes(`\n${line}\n`), line);
    }
    assert.match(text, /^gen_ai_client_token_usage_total\{.*gen_ai_token_type="input"\} 0$/m);
  });

  it("tell an agent's tenths of a millisecond apart", async () => {
    const metrics = new Metrics();
    metrics.agentDone("config", 0.00008);
    metrics.agentDone("config", 0.0002);
    const { text } = await expose(metrics.registry);
    assert.match(
      text,
      /^soc_agent_duration_seconds_bucket\{le="0.0001",agent_name="config_agent"\} 1$/m,
    );
    assert.match(
      text,
      /^soc_agent_duration_seconds_bucket\{le="0.00025",agent_name="config_agent"\} 2$/m,
    );
  });

  it("tell of the build, with the image's tag where that is known", async () => {
    const info = async (imageTag: string | null) =>
      /^soc_build_info.*$/m.exec((await expose(new Metrics({ imageTag }).registry)).text)?.[0];
    assert.equal(await info(null), 'soc_build_info{version="2.0.0"} 1');
    assert.equal(await info("abc"), 'soc_build_info{version="2.0.0",image_tag="abc"} 1');
  });

  it("have exemplars of spans that are recorded, and of no others", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const metrics = new Metrics();
    const within = (traceFlags: number, seconds: number): void =>
      context.with(trace.setSpanContext(ROOT_CONTEXT, { ...SPAN, traceFlags }), () => {
        metrics.agentDone("config", seconds);
        metrics.webSockets.delivered(seconds);
      });
    within(TraceFlags.NONE, 0.003);
    assert.doesNotMatch((await expose(metrics.registry, OPEN_METRICS)).text, / # \{/);
    within(TraceFlags.SAMPLED, 0.002);
    const { text } = await expose(metrics.registry, OPEN_METRICS);
    const exemplar = `# {trace_id="${SPAN.traceId}",span_id="${SPAN.spanId}"} 0.002 `;
    assert.deepEqual(
      text.split("\n").flatMap((line) => (line.includes(exemplar) ? [line.split(" ")[0]] : [])),
      [
        'soc_websocket_fanout_lag_seconds_bucket{le="0.0025"}',
        'soc_agent_duration_seconds_bucket{le="0.0025",agent_name="config_agent"}',
      ],
    );
  });

  it("count no fan-out before its beginning, and none without one", async () => {
    const metrics = new Metrics();
    metrics.webSockets.delivered(-0.2);
    metrics.webSockets.delivered(NaN);
    const { text } = await expose(metrics.registry);
    assert.match(text, /^soc_websocket_fanout_lag_seconds_sum 0$/m);
    assert.match(text, /^soc_websocket_fanout_lag_seconds_count 1$/m);
  });
});
