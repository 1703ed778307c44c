import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { SERVER_MESSAGE } from "../src/contract/messages.js";
import { SCHEMAS, type DashboardMetrics, type Reset } from "../src/contract/responses.js";
import { DEMO_INTEL } from "../src/service/demoIntel.js";
import { CHANNELS, KEYS } from "../src/store/keys.js";
import type { EgressViolation } from "../src/contract/requests.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import type { ThreatSignal } from "../src/contract/signal.js";
import { WsClient, type Answer } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { redisAt, startLocalPod, type LocalPod } from "./support/pod.js";
import { testRedis, type TestRedis } from "./support/redis.js";
import { usePod } from "./support/stores.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const WAZUH = "/api/threats/ingest/wazuh";
const EGRESS = "/api/egress-violations";

/** Checks an answer against its schema: no field more, none less, in this order, without spaces. */
function fits(answer: Answer, status: number, schema: keyof typeof SCHEMAS): void {
  assert.equal(answer.status, status, answer.text);
  const expected = JSON.stringify(SCHEMAS[schema].parse(answer.json));
  const at = [...expected].findIndex((character, index) => answer.text[index] !== character);
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
  assert.ok(
    expected === answer.text,
    `${schema} has ...${around(answer.text)}... instead of ...${around(expected)}...`,
  );
}

for (const kind of ["memory", "redis"] as const) {
  describe(`contract on the ${kind} store`, () => {
    const pod = usePod(kind, { maxStoredThreats: 5, demo: true });

    beforeEach(() => pod.api.post("/api/demo/reset", ""));

    it("every answer has its fields, in their order", async () => {
      fits(await pod.api.get("/"), 200, "Service");
      fits(await pod.api.get("/health"), 200, "Health");
      fits(await pod.api.get("/ready"), 200, "Ready");
      fits(await pod.api.get("/api/analytics"), 200, "DashboardMetrics");
      fits(await pod.api.get("/api/observability"), 200, "Observability");
      fits(await pod.api.get("/api/threats"), 200, "ThreatList");
      for (const scenario of ["crypto_surge", "bot_attack", "geo_impossible", "critical_threat"]) {
        fits(await pod.api.post("/api/threats/trigger", { scenario }), 200, "ThreatAnalysis");
      }
      fits(await pod.api.get("/api/threats"), 200, "ThreatList");
      const { id } = await pod.api.trigger();
      fits(await pod.api.get(`/api/threats/${id}`), 200, "ThreatAnalysis");
      fits(await pod.api.get("/api/threats/none"), 404, "Error");
      const decisions = { version: 1, status: "analyzing", assignee: "Ada", note: "Seen before" };
      fits(await pod.api.patch(id, decisions), 200, "ThreatAnalysis");
      fits(await pod.api.patch(id, decisions), 409, "Conflict");
      fits(await pod.api.patch("none", decisions), 404, "Error");
      fits(await pod.api.patch(id, { version: 2 }), 422, "HTTPValidationError");
      fits(await pod.api.post("/api/threats/trigger", { threat_type: "x" }), 400, "Error");
      fits(await pod.api.post("/api/threats/trigger", ""), 422, "HTTPValidationError");
      fits(await pod.api.get("/api/threats?limit=0"), 422, "HTTPValidationError");
      fits(await pod.api.get("/api/analytics"), 200, "DashboardMetrics");
      fits(await pod.api.post(WAZUH, WAZUH_ALERT), 202, "ThreatSignal");
      fits(await pod.api.post(WAZUH, {}), 422, "AlertError");
      fits(await pod.api.get("/api/quarantine"), 200, "Quarantine");
      fits(await pod.api.get(EGRESS), 200, "Violations");
      fits(await pod.api.post("/api/demo/reset", ""), 200, "Reset");
    });

    it("every message over the WebSocket has its fields, in their order", async () => {
      await pod.api.trigger();
      const client = await WsClient.connect(pod.api.port);
      await pod.api.trigger();
      await client.received(1);
      client.socket.send('{"type":"ping"}');
      await eventually(() => client.messages.length === 3, "pong");
      await client.close();
      assert.deepEqual(
        client.messages.map((message) => JSON.stringify(SERVER_MESSAGE.parse(message))),
        client.messages.map((message) => JSON.stringify(message)),
      );
      assert.deepEqual(
        client.messages.map(({ type }) => type),
        ["initial_batch", "new_threat", "pong"],
      );
    });

    it("plays the adversarial scenarios, and refuses a flag that contradicts them", async () => {
      const trigger = (scenario: string, enabled?: boolean) =>
        pod.api.post("/api/threats/trigger", {
          adversarial_scenario: scenario,
          adversarial_detector_enabled: enabled,
          // Of less weight than the above.
          scenario: "crypto_surge",
          threat_type: "nonsense",
        });
      fits(await trigger("note_poisoning_bypass", false), 200, "ThreatAnalysis");
      fits(await trigger("note_poisoning_catch"), 200, "ThreatAnalysis");
      fits(await trigger("note_poisoning_catch", true), 200, "ThreatAnalysis");
      fits(await trigger("note_poisoning_baseline"), 200, "ThreatAnalysis");
      fits(await trigger("note_poisoning_bypass"), 400, "Error");
      fits(await trigger("note_poisoning_bypass", true), 400, "Error");
      fits(await trigger("note_poisoning_catch", false), 400, "Error");
    });

    it("GET /api/analytics counts all for the total, and what is stored for the rest", async () => {
      const analytics = async () => (await pod.api.get("/api/analytics")).json as DashboardMetrics;
      assert.deepEqual(await analytics(), {
        total_threats: 0,
        customers_affected: 0,
        average_processing_time_ms: 0,
        threats_requiring_review: 0,
        threats_by_type: {},
        threats_by_severity: {},
        dropped: { awaiting_review: 0, other: 0, forgotten: 0, by_reason: {} },
        quarantine: { kept: 0, fallen_out: 0 },
      });
      const wishes = ["bot_attack", "bot_attack", "geo_impossible", "critical_threat"];
      for (const scenario of ["crypto_surge", "crypto_surge", "geo_impossible", ...wishes]) {
        await pod.api.trigger({ scenario });
      }
      const stored = (await pod.api.get("/api/threats")).json as readonly ThreatAnalysis[];
      assert.equal(stored.length, 5);
      const result = await analytics();
      assert.equal(result.total_threats, 7);
      assert.equal(result.customers_affected, 3);
      assert.deepEqual(result.threats_by_type, {
        device_compromise: 1,
        geo_anomaly: 2,
        bot_traffic: 2,
      });
      const severities = Object.values(result.threats_by_severity);
      assert.equal(
        severities.reduce((sum, count) => sum + count, 0),
        5,
      );
      const review = stored.filter((threat) => threat.requires_human_review).length;
      assert.equal(result.threats_requiring_review, review);
      const times = stored.map((threat) => threat.total_processing_time_ms);
      const average = Math.floor(times.reduce((sum, time) => sum + time, 0) / 5);
      assert.equal(result.average_processing_time_ms, average);
    });

    it("takes an alert of Wazuh, bare or from Shuffle, stores its analysis and sends it", async () => {
      const client = await WsClient.connect(pod.api.port);
      const shuffled = {
        severity: 3,
        title: "Alert",
        rule_id: "100006",
        all_fields: { ...WAZUH_ALERT, id: "2" },
      };
      for (const body of [WAZUH_ALERT, shuffled]) {
        const answer = await pod.api.post(WAZUH, body);
        fits(answer, 202, "ThreatSignal");
        const signal = answer.json as ThreatSignal;
        assert.equal(signal.threat_type, "device_compromise");
        assert.equal(signal.customer_name, "HealthCare Plus");
        assert.equal(signal.timestamp, "2026-01-31T11:00:00.123000Z");
        assert.deepEqual(signal.mitre_hints, ["T1475"]);
        assert.equal(signal.metadata["package"], "com.example.stealer");
        assert.equal(signal.metadata["source_ip"], "10.1.2.3");
        assert.equal(signal.metadata["user_id"], "user-0815");
        const [stored] = (await pod.api.get("/api/threats?limit=1")).json as ThreatAnalysis[];
        assert.deepEqual(stored?.signal, signal);
      }
      await client.received(2);
      await client.close();
    });

    const without = (field: keyof typeof WAZUH_ALERT) => ({ ...WAZUH_ALERT, [field]: undefined });
    const rule = (id: unknown) => ({ ...WAZUH_ALERT, rule: { ...WAZUH_ALERT.rule, id } });
    const at = (timestamp: unknown) => ({ ...WAZUH_ALERT, timestamp });
    const badAlerts: readonly (readonly [string, unknown, RegExp, string | undefined])[] = [
      ["a list", [], /object/, undefined],
      ["a text", '"text"', /object/, undefined],
      ["an alert without a rule", without("rule"), /rule\.id is missing/, "rule.id"],
      ["a rule of another form", rule({}), /\{\}/, "rule.id"],
      ["an alert without a time", without("timestamp"), /timestamp is missing/, "timestamp"],
      ["a time that is a number", at(5), /timestamp/, "timestamp"],
      ["an envelope without an alert", { all_fields: 1 }, /all_fields/, "all_fields"],
      [
        "a level that is none",
        { ...WAZUH_ALERT, rule: { id: "1", level: "x" } },
        /x/,
        "rule.level",
      ],
      ["a time that is none", at("yesterday"), /yesterday/, "timestamp"],
      ["a month that is none", at("2026-13-01T00:00:00Z"), /2026-13/, "timestamp"],
      ["a time before computers", at("0000-01-01T00:00:00+0900"), /0000/, "timestamp"],
    ];
    for (const [what, body, message, field] of badAlerts) {
      it(`refuses ${what} from Wazuh with 422`, async () => {
        const answer = await pod.api.post(WAZUH, body);
        fits(answer, 422, "AlertError");
        const { detail } = answer.json as { detail: { message: string; field?: string } };
        assert.match(detail.message, message);
        assert.equal(detail.field, field);
      });
    }

    it("keeps egress violations, newest first, each once, within time and limit", async () => {
      const now = Math.floor(Date.now() / 1000);
      const violation = (age: number): EgressViolation => ({
        timestamp: now - age + 0.25,
        source_pod: "agent-1",
        attempted_destination: "203.0.113.9:443",
        blocked_by: "networkpolicy",
        metadata: { age },
      });
      for (const age of [30, 10, 7200, 20, 20]) {
        const answer = await pod.api.post(EGRESS, violation(age));
        fits(answer, 202, "ViolationAccepted");
        assert.deepEqual(answer.json, { status: "accepted", timestamp: now - age + 0.25 });
      }
      const ages = async (query = ""): Promise<unknown[]> => {
        const answer = await pod.api.get(EGRESS + query);
        fits(answer, 200, "Violations");
        const { violations, count } = answer.json as {
          violations: EgressViolation[];
          count: number;
        };
        assert.equal(count, violations.length);
        return violations.map(({ metadata }) => metadata?.["age"]);
      };
      assert.deepEqual(await ages(), [10, 20, 30]);
      assert.deepEqual(await ages("?limit=2"), [10, 20]);
      assert.deepEqual(await ages(`?since=${now - 25}`), [10, 20]);
      assert.deepEqual(await ages(`?since=${now - 86_000}`), [10, 20, 30, 7200]);
    });

    const badViolations: readonly (readonly [object, string, string])[] = [
      [{}, "missing", "timestamp source_pod attempted_destination blocked_by"],
      [{ timestamp: "soon" }, "float_parsing", "timestamp"],
      [{ timestamp: [] }, "float_type", "timestamp"],
      [{ source_pod: 5 }, "string_type", "source_pod"],
      [{ metadata: [] }, "dict_type", "metadata"],
    ];
    for (const [override, type, fields] of badViolations) {
      it(`refuses the violation ${JSON.stringify(override)} with 422`, async () => {
        const whole = {
          timestamp: 1,
          source_pod: "a",
          attempted_destination: "b",
          blocked_by: "c",
        };
        const body = type === "missing" ? override : { ...whole, ...override };
        const answer = await pod.api.post(EGRESS, body);
        fits(answer, 422, "HTTPValidationError");
        const { detail } = answer.json as { detail: { type: string; loc: string[] }[] };
        assert.deepEqual(
          detail.map((problem) => [problem.type, ...problem.loc]),
          fields.split(" ").map((field) => [type, "body", field]),
        );
      });
    }

    for (const query of ["limit=0", "limit=1001", "limit=x", "since=x", "since="]) {
      it(`refuses the violations ?${query} with 422`, async () => {
        fits(await pod.api.get(`${EGRESS}?${query}`), 422, "HTTPValidationError");
      });
    }

    it("POST /api/demo/reset removes everything, and has clients begin anew", async () => {
      for (let count = 0; count < 7; count += 1) {
        await pod.api.trigger();
      }
      await pod.api.post(EGRESS, {
        timestamp: Date.now() / 1000,
        source_pod: "a",
        attempted_destination: "b",
        blocked_by: "c",
      });
      const client = await WsClient.connect(pod.api.port);
      assert.equal(client.batch.length, 5);
      const { json } = await pod.api.post("/api/demo/reset", "");
      const result = json as Reset;
      if (result.storage === "redis") {
        assert.equal(result.cleared.threat_keys, 5);
        assert.equal(result.cleared.total_redis_keys, 8, "threats, index, counter, violations");
      } else {
        assert.equal(result.cleared.threats, 5);
      }
      await eventually(() => client.messages.length === 2, "new beginning");
      assert.deepEqual(client.messages[1]?.data, []);
      assert.equal(client.messages[1]?.type, "initial_batch");
      assert.deepEqual((await pod.api.get("/api/threats")).json, []);
      assert.deepEqual(
        ((await pod.api.get(EGRESS)).json as { violations: unknown[] }).violations,
        [],
      );
      const metrics = (await pod.api.get("/metrics")).text;
      assert.match(metrics, /^soc_threats_requiring_review 0$/m);
      const next = await pod.api.trigger();
      await client.received(1);
      assert.deepEqual(client.events, [next.id]);
      await client.close();
    });
  });
}

describe("what pods share through Redis", () => {
  let redis: TestRedis;
  let raw: Redis;
  const pods: LocalPod[] = [];

  before(async function () {
    redis = await testRedis(this);
    raw = new Redis(redis.url);
    for (let count = 0; count < 2; count += 1) {
      pods.push(
        await startLocalPod({ redis: redisAt(redis.url), maxStoredThreats: 10, demo: true }),
      );
    }
  });

  after(async () => {
    await Promise.all(pods.map(({ app }) => app.close()));
    raw?.disconnect();
    await redis?.release();
  });

  const [first, second] = [() => pods[0] as LocalPod, () => pods[1] as LocalPod];

  it("figures, violations and the reset", async () => {
    const client = await WsClient.connect(second().api.port);
    await first().api.trigger({ scenario: "bot_attack" });
    await second().api.trigger({ scenario: "crypto_surge" });
    const figures = await Promise.all(pods.map(({ api }) => api.get("/api/analytics")));
    assert.equal(figures[0]?.text, figures[1]?.text);
    assert.equal((figures[0]?.json as DashboardMetrics).total_threats, 2);
    const violation = {
      timestamp: Date.now() / 1000 - 1,
      source_pod: "a",
      attempted_destination: "b",
      blocked_by: "c",
    };
    await first().api.post(EGRESS, violation);
    const seen = (await second().api.get(EGRESS)).json as { violations: unknown[] };
    assert.deepEqual(seen.violations, [violation]);
    await client.received(2);
    await first().api.post("/api/demo/reset", "");
    await eventually(() => client.messages.at(-1)?.type === "initial_batch", "new beginning");
    const { json } = await second().api.get("/api/analytics");
    assert.equal((json as DashboardMetrics).total_threats, 0);
    await client.close();
  });

  it("the reset removes what other backends leave behind, and nothing else", async () => {
    await raw.mset("threat:orphan", "{}", "historical:1", "x", "incidents:1", "x", "other", "x");
    await raw.set(KEYS.packageIntel("com.example"), "{}");
    const { json } = await first().api.post("/api/demo/reset", "");
    const { cleared, preserved } = json as Reset & { storage: "redis" };
    assert.deepEqual(cleared, {
      threat_keys: 1,
      historical_keys: 1,
      incident_keys: 1,
      total_redis_keys: 3,
      mock_data_reset: true,
    });
    // The one above, and the demonstration's.
    assert.deepEqual(preserved, { vt_cache: 1 + DEMO_INTEL.length });
    const known = ["com.example", ...DEMO_INTEL.map((match) => match.ioc_value)];
    assert.deepEqual((await raw.keys("*")).sort(), [
      "other",
      ...known.map(KEYS.packageIntel).sort(),
    ]);
    await raw.del("other", "vt:pkg:com.example");
  });

  it("violations are capped, do not stay for ever, and a clock that is ahead changes nothing", async () => {
    const now = Date.now() / 1000;
    const old = Array.from({ length: 1100 }, (_, index) => [now - 50_000 - index, `old-${index}`]);
    await raw.zadd(KEYS.egress, ...old.flat());
    await raw.zadd(KEYS.egress, now - 90_000, "expired");
    await first().api.post(EGRESS, {
      timestamp: now * 2,
      source_pod: "a",
      attempted_destination: "b",
      blocked_by: "c",
    });
    assert.equal(await raw.zcard(KEYS.egress), 1000);
    assert.equal(await raw.zscore(KEYS.egress, "expired"), null);
    const [, score] = await raw.zrevrange(KEYS.egress, 0, 0, "WITHSCORES");
    assert.ok(Number(score) <= Date.now() / 1000);
    assert.ok((await raw.ttl(KEYS.egress)) > 80_000);
  });

  it("events are whole threats and nothing else", async () => {
    const listener = raw.duplicate();
    const heard: string[] = [];
    listener.on("message", (_channel, message) => heard.push(message));
    await listener.subscribe(CHANNELS.events);
    const threat = await first().api.trigger();
    await first().api.post("/api/demo/reset", "");
    const last = await first().api.trigger();
    await eventually(() => heard.length >= 2, "two events");
    assert.deepEqual(heard, [JSON.stringify(threat), JSON.stringify(last)]);
    listener.disconnect();
  });

  it("a threat that another backend stored is served as it is", async () => {
    const threat = await first().api.trigger();
    const foreign = JSON.stringify({ ...threat, id: "foreign", extra: 1 }, null, 1);
    await raw.set(KEYS.threat("foreign"), foreign);
    await raw.zadd(KEYS.index, Date.now() / 1000 + 10, "foreign");
    await raw.publish(CHANNELS.events, foreign);
    const client = await WsClient.connect(second().api.port);
    assert.equal(client.batch[0], "foreign");
    assert.equal((await second().api.get("/api/threats/foreign")).text, foreign);
    const changed = foreign.replace('"completed"', '"resolved"');
    await raw.set(KEYS.threat("foreign"), changed);
    assert.equal((await second().api.get("/api/threats/foreign")).text, changed);
    await client.close();
  });
});
