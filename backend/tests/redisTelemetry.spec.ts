import assert from "node:assert/strict";
import { eventually } from "./support/eventually.js";
import { OtlpCollector, type ReceivedSpan } from "./support/otlp.js";
import { redisAt, startLocalPod, type LocalPod } from "./support/pod.js";
import { testRedis, type RedisServer, type TestRedis } from "./support/redis.js";

describe("what is told of Redis", () => {
  let redis: TestRedis;
  let server: RedisServer;
  let collector: OtlpCollector;
  let pod: LocalPod;
  const lines: string[] = [];

  before(async function () {
    redis = await testRedis(this, true);
    assert.ok(redis.server !== null);
    server = redis.server;
    collector = await OtlpCollector.start();
    const links = { trace: null, logs: null, alerts: null };
    const tracing = { endpoint: collector.url, ratio: 1, links };
    pod = await startLocalPod({ redis: redisAt(`${redis.url}/3`), tracing }, undefined, lines);
    await eventually(() => lines.some((line) => line.includes("go to the collector")), "collector");
  });
  after(async () => {
    await pod?.app.close();
    collector?.close();
    await redis?.release();
  });

  const metric = async (series: string): Promise<number> => {
    const { text } = await pod.api.get("/metrics");
    const line = text.split("\n").find((one) => one.startsWith(`${series} `));
    return Number(line?.split(" ").at(-1));
  };
  const spans = async (operation: string, traceId: string): Promise<readonly ReceivedSpan[]> => {
    const found = () =>
      collector
        .trace(traceId)
        .filter(({ attributes }) => attributes["db.operation.name"] === operation);
    await eventually(() => found().length > 0, `span of ${operation}`);
    return found();
  };

  it("is the time of each command, and a span of it without keys and values", async () => {
    const threat = await pod.api.trigger();
    assert.equal(await metric('soc_redis_command_duration_seconds_count{command="MULTI"}'), 1);
    assert.ok((await metric('soc_redis_command_duration_seconds_sum{command="MULTI"}')) > 0);
    const host = new URL(redis.url).host;
    const [span] = await spans("MULTI", threat.trace_id ?? "");
    assert.deepEqual([span?.name, span?.kind, span?.failed], [`MULTI ${host}`, "client", false]);
    assert.deepEqual(span?.attributes, {
      "db.system.name": "redis",
      "db.namespace": "3",
      "db.operation.name": "MULTI",
      "db.operation.batch.size": 2,
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(redis.url).port),
    });
    const root = collector.trace(threat.trace_id ?? "").find(({ kind }) => kind === "server");
    assert.equal(span.parentId, root?.spanId);
  });

  it("is that it is gone, and that it is back", async () => {
    assert.equal(await metric("soc_redis_up"), 1);
    const before = await metric("soc_redis_reconnects_total");
    await server.stop();
    await eventually(async () => (await metric("soc_redis_up")) === 0, "it is gone");
    const { status, headers } = await pod.api.get("/api/threats/any");
    assert.equal(status, 503);
    const traceId = headers.get("traceresponse")?.split("-")[1] ?? "";
    const [span] = await spans("GET", traceId);
    assert.deepEqual([span?.failed, span?.attributes["error.type"]], [true, "StoreUnavailable"]);
    await server.start();
    await eventually(async () => (await metric("soc_redis_up")) === 1, "it is back");
    await eventually(
      async () => (await metric("soc_redis_reconnects_total")) === before + 2,
      "both connections are counted",
    );
  });

  it("tell nothing where there is none", async () => {
    const other = await startLocalPod();
    const { text } = await other.api.get("/metrics");
    await other.app.close();
    assert.doesNotMatch(text, /soc_redis/);
  });

  it("leaves at most a tenth of a request's time unexplained, together with the other spans", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 40; count += 1) {
      ids.push((await pod.api.trigger()).trace_id ?? "");
    }
    const written = (id: string) =>
      collector.trace(id).some(({ name }) => name.startsWith("POST "));
    await eventually(() => ids.every(written), "the spans of all requests");
    const shares = ids.map((id) => explained(collector.trace(id))).sort((a, b) => a - b);
    const median = shares[ids.length / 2] ?? 0;
    assert.ok(median >= 0.9, `the median is ${median.toFixed(3)}`);
  });
});

/** The share of a request's time in which at least one span below its own runs. */
function explained(spans: readonly ReceivedSpan[]): number {
  const request = spans.find(({ kind }) => kind === "server");
  assert.ok(request !== undefined);
  let until = request.start;
  let sum = 0;
  const parts = spans.filter(({ kind }) => kind === "internal" || kind === "client");
  for (const { start, end } of parts.toSorted((a, b) => a.start - b.start)) {
    sum += Math.max(0, Math.min(end, request.end) - Math.max(start, until));
    until = Math.max(until, end);
  }
  return sum / (request.end - request.start);
}
