import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { OtlpCollector, type ReceivedSpan } from "./support/otlp.js";
import { Pod } from "./support/pod.js";
import { freePort, testRedis, type TestRedis } from "./support/redis.js";

const CALLER = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const AGENTS = ["historical", "config", "devops", "context", "priority"];
const ANALYZERS = ["fp_analyzer", "adversarial_detector", "response_engine", "timeline_builder"];

describe("traces of two pods", () => {
  let redis: TestRedis;
  let collector: OtlpCollector;
  let first: Pod;
  let second: Pod;

  before(async function () {
    redis = await testRedis(this);
    collector = await OtlpCollector.start();
    const env = {
      REDIS_URL: redis.url,
      OTEL_SDK_DISABLED: "false",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    };
    [first, second] = await Promise.all([
      Pod.start(env),
      Pod.start({ ...env, OTEL_SERVICE_NAME: "another-pod" }),
    ]);
    await Promise.all([first.api.ready(), second.api.ready()]);
    await eventually(
      () => [first, second].every((pod) => says(pod, "Traces go to the collector")),
      "both pods have found the collector",
    );
  });

  after(async () => {
    await Promise.all([first?.kill(), second?.kill()]);
    collector?.close();
    await redis?.release();
  });

  describe("when a threat is triggered on one", () => {
    let threat: ThreatAnalysis;
    let traceresponse: string | null;
    let spans: readonly ReceivedSpan[];
    const named = (name: string): ReceivedSpan => {
      const [span, ...others] = spans.filter((candidate) => candidate.name === name);
      assert.ok(span !== undefined && others.length === 0, `one span ${name}`);
      return span;
    };

    before(async () => {
      const answer = await first.api.get("/api/threats/trigger", {
        method: "POST",
        body: '{"threat_type":"bot_traffic"}',
        headers: {
          "content-type": "application/json",
          traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`,
        },
      });
      threat = answer.json as ThreatAnalysis;
      traceresponse = answer.headers.get("traceresponse");
      // The request's span ends last, and the other pod sends at a time of its own.
      await eventually(
        () =>
          [
            [first, "POST /api/threats/trigger"],
            [first, "threats:events receive"],
            [second, "threats:events receive"],
          ].every(([pod, name]) =>
            collector
              .trace(CALLER.traceId)
              .some((span) => span.name === name && span.service === serviceOf(pod as Pod)),
          ),
        "the spans of both pods",
      );
      spans = collector.trace(CALLER.traceId);
    });

    const serviceOf = (pod: Pod): string => (pod === first ? "soc-agent-system" : "another-pod");

    it("all of it is one trace, that of the caller", () => {
      assert.deepEqual(spans.map(({ name, service }) => `${service as string}: ${name}`).sort(), [
        "another-pod: threats:events receive",
        ...[
          "POST /api/threats/trigger",
          `MULTI ${new URL(redis.url).host}`,
          `ZREVRANGEBYSCORE ${new URL(redis.url).host}`,
          ...ANALYZERS,
          "analyze_threat",
          ...AGENTS.map((key) => `${key}_agent`),
          "gather_context",
          "read request",
          "threats:events receive",
          "write response",
        ]
          .sort()
          .map((name) => `soc-agent-system: ${name}`),
      ]);
    });

    it("the request's span comes below the caller's, and the analysis below that", () => {
      const request = named("POST /api/threats/trigger");
      assert.equal(request.parentId, CALLER.spanId);
      assert.equal(request.kind, "server");
      assert.deepEqual(request.attributes, {
        "http.request.method": "POST",
        "http.method": "POST",
        "http.route": "/api/threats/trigger",
        "http.response.status_code": 200,
        "http.status_code": 200,
        ...idsOf(threat),
      });
      const analysis = named("analyze_threat");
      assert.equal(analysis.parentId, request.spanId);
      for (const name of [...ANALYZERS, ...AGENTS.map((key) => `${key}_agent`)]) {
        assert.equal(named(name).parentId, analysis.spanId, name);
      }
    });

    it("they tell what came out", () => {
      assert.deepEqual(named("analyze_threat").attributes, {
        ...idsOf(threat),
        "signal.id": threat.signal.id,
        "threat.type": "bot_traffic",
        "customer.name": threat.signal.customer_name,
        "source.ip": threat.signal.metadata["source_ip"],
        "threat.severity": threat.severity,
        "fp.score": threat.false_positive_score?.score,
        "adversarial.detected": false,
        requires_review: threat.requires_human_review,
      });
      for (const [key, { agent_name, confidence }] of Object.entries(threat.agent_analyses)) {
        const { "agent.duration_ms": duration, ...told } = named(`${key}_agent`).attributes;
        assert.deepEqual(told, { "agent.name": agent_name, "agent.confidence": confidence });
        assert.ok(Number.isInteger(duration), `duration of ${key}`);
      }
    });

    it("each pod's receipt comes below the request that published it", () => {
      const receipts = spans.filter(({ name }) => name === "threats:events receive");
      assert.equal(receipts.length, 2);
      for (const receipt of receipts) {
        assert.equal(receipt.parentId, named("POST /api/threats/trigger").spanId);
        assert.equal(receipt.kind, "consumer");
        assert.deepEqual(receipt.attributes, idsOf(threat));
      }
    });

    it("the threat and the caller are told of it", () => {
      assert.equal(threat.trace_id, CALLER.traceId);
      const { spanId } = named("POST /api/threats/trigger");
      assert.equal(traceresponse, `00-${CALLER.traceId}-${spanId}-01`);
    });

    it("the log line names trace and span, and that they are recorded", () => {
      const line = first.log.find((entry) => entry["threat_id"] === threat.id);
      assert.equal(line?.["trace_id"], CALLER.traceId);
      assert.equal(line["trace_flags"], "01");
      assert.equal(line["span_id"], named("POST /api/threats/trigger").spanId);
    });
  });

  // Nested, since a suite's own tests run before those of the suites in it.
  describe("in general", () => {
    it("tell the risk of a manipulation, and of no other threat", async () => {
      const { id, adversarial_detection: detection } = await first.api.trigger({
        adversarial_scenario: "note_poisoning_catch",
      });
      const found = (): ReceivedSpan | undefined =>
        collector.spans.find(
          ({ name, attributes }) => name === "analyze_threat" && attributes["threat.id"] === id,
        );
      await eventually(() => found() !== undefined, "its span");
      assert.equal(found()?.attributes["adversarial.detected"], true);
      assert.equal(found()?.attributes["adversarial.risk_score"], detection?.risk_score);
    });

    it("are found from the metrics by exemplars", async () => {
      const { trace_id: traceId } = await first.api.trigger();
      const scrape = { headers: { accept: "application/openmetrics-text;version=1.0.0" } };
      const named = async (): Promise<readonly string[]> => {
        const { text } = await first.api.get("/metrics", scrape);
        const lines = text.split("\n").filter((line) => line.includes(`# {trace_id="${traceId}"`));
        return [...new Set(lines.map((line) => line.split("_bucket{")[0] ?? ""))].sort();
      };
      await eventually(async () => (await named()).length === 4, "exemplars");
      assert.deepEqual(await named(), [
        "http_request_duration_seconds",
        "soc_agent_duration_seconds",
        "soc_threat_processing_duration_seconds",
        "soc_websocket_fanout_lag_seconds",
      ]);
      await eventually(() => collector.trace(traceId ?? "").length > 9, "the trace");
    });

    it("are made of what nobody has asked for, too", async () => {
      const pod = await Pod.start({
        OTEL_SDK_DISABLED: "false",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        ENABLE_AUTO_THREAT_GENERATION: "true",
        THREAT_GENERATION_INTERVAL: "1",
      });
      try {
        const generated = (): ReceivedSpan | undefined =>
          collector.spans.find(({ name }) => name === "generate threat");
        await eventually(() => generated() !== undefined, "its span");
        const { traceId, spanId, parentId, attributes } = generated() as ReceivedSpan;
        assert.equal(parentId, "");
        const analysis = collector.trace(traceId).find(({ name }) => name === "analyze_threat");
        assert.equal(analysis?.parentId, spanId);
        const id = attributes["threat.id"];
        const { json } = await pod.api.get(`/api/threats/${String(id)}`);
        assert.equal((json as ThreatAnalysis).trace_id, traceId);
      } finally {
        await pod.kill();
      }
    });

    it("begin anew for a caller who has none, and leave probes out", async () => {
      for (const path of ["/health", "/ready", "/metrics", "/api/observability"]) {
        await first.api.get(path);
      }
      await first.api.get("/api/threats?limit=7");
      const isList = ({ name }: ReceivedSpan): boolean => name === "GET /api/threats";
      await eventually(() => collector.spans.some(isList), "span of the list");
      assert.equal(collector.spans.find(isList)?.parentId, "");
      const names = collector.spans.map(({ name }) => name);
      assert.deepEqual(
        names.filter((name) => /health|ready|metrics|observability/.test(name)),
        [],
      );
    });

    it("are sent to the last one before a pod ends", async () => {
      const { id } = await second.api.trigger();
      second.signal("SIGTERM");
      assert.equal(await second.exited(), 0);
      assert.ok(
        collector.spans.some(({ attributes }) => attributes["threat.id"] === id),
        "the span is there when the pod has gone",
      );
    });
  });
});

describe("without a collector", () => {
  const told = "No collector for traces: none are recorded";
  let port: number;
  let pod: Pod;

  beforeEach(async () => {
    port = await freePort();
    pod = await Pod.start({
      OTEL_SDK_DISABLED: "false",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      TRACE_LINK: "/traces/{trace_id}",
    });
    await eventually(() => says(pod, told), "the line");
  });
  afterEach(() => pod?.kill());

  it("the service works, and one line says that there are no traces", async () => {
    const { headers, json } = await pod.api.post("/api/threats/trigger", {});
    const threats = [json as ThreatAnalysis, await pod.api.trigger()];
    const ids = threats.map((threat) => threat.id);
    assert.deepEqual([headers.get("traceresponse"), threats[0]?.trace_id], [null, null]);
    const line = pod.log.find((entry) => entry["threat_id"] === ids[0]);
    assert.equal(line?.["trace_flags"], "00");
    const client = await WsClient.connect(pod.api.port);
    assert.deepEqual(client.batch, ids.toReversed());
    await client.close();
    pod.signal("SIGTERM");
    assert.equal(await pod.exited(), 0);
    assert.equal(pod.log.filter((line) => line["message"] === told).length, 1);
  });

  it("there is nothing to look at, until one comes and after it has gone, with nothing sent", async () => {
    const observability = async () => (await pod.api.get("/api/observability")).json;
    const nothing = { available: false, links: { trace: null, logs: null }, alerts: null };
    assert.deepEqual(await observability(), nothing);
    const links = { trace: "/traces/{trace_id}", logs: null };
    const available = { available: true, links, alerts: null };
    const becomes = (expected: object) =>
      eventually(async () => isDeepStrictEqual(await observability(), expected), "the answer");
    for (const round of [1, 2]) {
      const collector = await OtlpCollector.start(port);
      await becomes(available);
      collector.close();
      await becomes(nothing);
      assert.equal(pod.log.filter((line) => line["message"] === told).length, round + 1);
    }
    await pod.kill();
  }).timeout(60_000);

  it("one that comes a moment later is found soon", async () => {
    const collector = await OtlpCollector.start(port);
    try {
      await eventually(() => says(pod, "Traces go to the collector"), "it is found");
      const { id } = await pod.api.trigger();
      await eventually(
        () => collector.spans.some(({ attributes }) => attributes["threat.id"] === id),
        "a span",
      );
    } finally {
      await pod.kill();
      collector.close();
    }
  });
});

/** What a span tells of which threat it is about. */
function idsOf({ id }: ThreatAnalysis): Readonly<Record<string, string>> {
  return { "threat.id": id, "threat.analysis_id": id };
}

function says(pod: Pod, message: string): boolean {
  return pod.log.some((line) => line["message"] === message);
}
