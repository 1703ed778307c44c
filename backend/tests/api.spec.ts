import assert from "node:assert/strict";
import { connect } from "node:net";
import { THREAT_TYPES } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { eventually } from "./support/eventually.js";
import { usePod } from "./support/stores.js";

const TRIGGER = "/api/threats/trigger";
const MICROS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const COMPONENTS = {
  coordinator: true,
  store: true,
  redis: true as boolean | null,
  agents: { historical: true, config: true, devops: true, context: true, priority: true },
  analyzers: { fp: true, response: true, timeline: true },
};

for (const kind of ["memory", "redis"] as const) {
  describe(`API on the ${kind} store`, () => {
    const pod = usePod(kind);

    it("GET / describes the service", async () => {
      const { status, json } = await pod.api.get("/");
      const { timestamp, ...rest } = json as Record<string, unknown>;
      assert.equal(status, 200);
      assert.match(String(timestamp), MICROS);
      assert.deepEqual(rest, {
        service: "SOC Agent System",
        version: "2.0",
        status: "running",
        endpoints: { health: "/health", ready: "/ready", metrics: "/metrics", api: "/api/threats" },
      });
    });

    it("GET /health says healthy, with an uptime that grows", async () => {
      const uptime = async (): Promise<number> => {
        const { status, json } = await pod.api.get("/health");
        const { uptime_seconds: seconds, ...rest } = json as { uptime_seconds: number };
        assert.equal(status, 200);
        assert.deepEqual(rest, { status: "healthy", version: "2.0" });
        return seconds;
      };
      const first = await uptime();
      await eventually(async () => (await uptime()) > first, "uptime grows");
    });

    it("GET /ready lists every component", async () => {
      const { status, json } = await pod.api.get("/ready");
      assert.equal(status, 200);
      assert.deepEqual(json, {
        status: "ready",
        components: { ...COMPONENTS, redis: kind === "redis" ? true : null },
        model: { mode: "rules", circuit: null },
      });
    });

    it("triggers a threat of every type and finds it again", async () => {
      for (const type of THREAT_TYPES) {
        const threat = await pod.api.trigger({ threat_type: type });
        assert.equal(threat.signal.threat_type, type);
        assert.deepEqual((await pod.api.get(`/api/threats/${threat.id}`)).json, threat);
      }
      const { json } = await pod.api.get("/api/threats");
      const types = (json as ThreatAnalysis[]).map((threat) => threat.signal.threat_type);
      assert.deepEqual(types, THREAT_TYPES.toReversed(), "newest first");
    });

    it("answers with a whole analysis, its fields in order", async () => {
      const threat = await pod.api.trigger();
      assert.deepEqual(Object.keys(threat), [
        "id",
        "signal",
        "status",
        "severity",
        "executive_summary",
        "mitre_tactics",
        "mitre_techniques",
        "mitre_tags",
        "intel_matches",
        "customer_narrative",
        "agent_analyses",
        "false_positive_score",
        "adversarial_detection",
        "response_plan",
        "investigation_timeline",
        "total_processing_time_ms",
        "created_at",
        "requires_human_review",
        "review_reason",
        "trace_id",
        "version",
        "assignee",
        "note",
        "confirmed",
        "decisions",
        "evidence",
      ]);
      assert.match(threat.id, UUID);
      assert.match(threat.created_at, MICROS);
      assert.equal(threat.status, "completed");
      assert.deepEqual(Object.keys(threat.agent_analyses), [
        "historical",
        "config",
        "devops",
        "context",
        "priority",
      ]);
      assert.ok(Number.isInteger(threat.total_processing_time_ms));
    });

    it("triggers the named scenarios", async () => {
      const expected = {
        crypto_surge: ["rate_limit_breach", "CryptoExchange Pro"],
        bot_attack: ["bot_traffic", "RetailMax"],
        geo_impossible: ["geo_anomaly", "Global Finance"],
        critical_threat: ["device_compromise", "HealthCare Plus"],
      };
      for (const [scenario, [type, customer]] of Object.entries(expected)) {
        const { signal } = await pod.api.trigger({ scenario, threat_type: "proxy_network" });
        assert.deepEqual([signal.threat_type, signal.customer_name], [type, customer]);
      }
    });

    it("takes an unknown scenario, nulls and unknown keys for a random threat", async () => {
      for (const body of [{ scenario: "constructor" }, { threat_type: null }, { other: 1 }, {}]) {
        assert.ok(THREAT_TYPES.includes((await pod.api.trigger(body)).signal.threat_type));
      }
    });

    it("refuses unknown types and adversarial scenarios with 400", async () => {
      const type = await pod.api.post(TRIGGER, { threat_type: "nonsense" });
      assert.deepEqual(
        [type.status, type.json],
        [400, { detail: "Invalid threat type: nonsense" }],
      );
      const scenario = await pod.api.post(TRIGGER, { adversarial_scenario: "nonsense" });
      assert.deepEqual(
        [scenario.status, scenario.json],
        [
          400,
          {
            detail:
              "Unknown adversarial scenario: nonsense. Known are note_poisoning_bypass, " +
              "note_poisoning_catch, note_poisoning_baseline.",
          },
        ],
      );
    });

    const unprocessable: readonly (readonly [string, string, string, object])[] = [
      [
        "no body",
        "",
        "application/json",
        { type: "missing", loc: ["body"], msg: "Field required", input: null },
      ],
      [
        "a body of null",
        "null",
        "application/json",
        { type: "missing", loc: ["body"], msg: "Field required", input: null },
      ],
      [
        "a list",
        "[]",
        "application/json",
        {
          type: "model_attributes_type",
          loc: ["body"],
          msg: "Input should be a valid dictionary or object to extract fields from",
          input: [],
        },
      ],
      [
        "a number as type",
        '{"threat_type":5}',
        "application/json",
        {
          type: "string_type",
          loc: ["body", "threat_type"],
          msg: "Input should be a valid string",
          input: 5,
        },
      ],
      [
        "a flag that is none",
        '{"adversarial_detector_enabled":"perhaps"}',
        "application/json",
        {
          type: "bool_parsing",
          loc: ["body", "adversarial_detector_enabled"],
          msg: "Input should be a valid boolean, unable to interpret input",
          input: "perhaps",
        },
      ],
    ];
    for (const [what, body, contentType, problem] of unprocessable) {
      it(`refuses ${what} with 422`, async () => {
        const answer = await pod.api.post(TRIGGER, body, contentType);
        assert.deepEqual([answer.status, answer.json], [422, { detail: [problem] }]);
      });
    }

    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/jsonp",
      "",
    ]) {
      it(`refuses a body of the type "${type}" with 415`, async () => {
        const body = Buffer.from("{}");
        const headers: RequestInit["headers"] = type === "" ? {} : { "content-type": type };
        const answer = await pod.api.get(TRIGGER, { method: "POST", body, headers });
        assert.equal(answer.status, 415);
        const { detail } = answer.json as { detail: string };
        assert.match(detail, /^Content-Type must be application\/json, got /);
      });
    }

    for (const type of [
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/x-ndjson",
      "application/cloudevents+json",
      "application/cloudevents-batch+json; charset=UTF-8",
    ]) {
      it(`takes a body of the type "${type}"`, async () => {
        assert.equal((await pod.api.post(TRIGGER, {}, type)).status, 200);
      });
    }

    it("refuses broken JSON with 422", async () => {
      const { status, json } = await pod.api.post(TRIGGER, "{");
      const [problem] = (json as { detail: { type: string; loc: unknown }[] }).detail;
      assert.equal(status, 422);
      assert.equal(problem?.type, "json_invalid");
    });

    it("refuses a body that is too large with 413", async () => {
      const answer = await pod.api.post(TRIGGER, { scenario: "x".repeat(2 * 1024 * 1024) });
      assert.equal(answer.status, 413);
      assert.equal(typeof (answer.json as { detail: unknown }).detail, "string");
    });

    it("pages through the threats", async () => {
      const all = (await pod.api.get("/api/threats?limit=100")).json as ThreatAnalysis[];
      const page = (await pod.api.get("/api/threats?limit=2&offset=1")).json;
      assert.deepEqual(page, all.slice(1, 3));
      const farthest = `/api/threats?offset=${Number.MAX_SAFE_INTEGER}`;
      assert.deepEqual((await pod.api.get(farthest)).json, []);
    });

    const limits: readonly (readonly [string, string, string])[] = [
      ["limit=0", "limit", "greater_than_equal"],
      ["limit=101", "limit", "less_than_equal"],
      ["limit=ten", "limit", "int_parsing"],
      ["limit=", "limit", "int_parsing"],
      ["limit=1.5", "limit", "int_parsing"],
      ["offset=-1", "offset", "greater_than_equal"],
      ["offset=9007199254740992", "offset", "less_than_equal"],
      ["offset=99999999999999999999", "offset", "less_than_equal"],
      ["limit=5&limit=500", "limit", "less_than_equal"],
    ];
    for (const [query, field, type] of limits) {
      it(`refuses ?${query} with 422`, async () => {
        const { status, json } = await pod.api.get(`/api/threats?${query}`);
        const problems = (json as { detail: { type: string; loc: string[] }[] }).detail;
        assert.equal(status, 422);
        assert.deepEqual(
          problems.map((problem) => [problem.type, ...problem.loc]),
          [[type, "query", field]],
        );
      });
    }

    it("answers 404 and 405 as JSON", async () => {
      const unknown = await pod.api.get("/api/threats/unknown-id");
      assert.deepEqual([unknown.status, unknown.json], [404, { detail: "Threat not found" }]);
      const route = await pod.api.get("/api/nothing");
      assert.deepEqual([route.status, route.json], [404, { detail: "Not Found" }]);
      const method = await pod.api.get("/api/threats", { method: "DELETE" });
      assert.deepEqual([method.status, method.json], [405, { detail: "Method Not Allowed" }]);
      assert.match(method.headers.get("allow") ?? "", /GET/);
      assert.equal((await pod.api.get("/api/threats/%zz")).status, 400);
    });

    const garbage: readonly (readonly [string, string, string])[] = [
      ["no HTTP", "HELLO\r\n\r\n", "400 Bad Request"],
      ["headers without end", `GET / HTTP/1.1\r\nX: ${"x".repeat(70_000)}\r\n\r\n`, "431 "],
    ];
    for (const [what, text, status] of garbage) {
      it(`answers ${what} with ${status.trim()} and a detail`, async () => {
        const socket = connect(pod.api.port, "127.0.0.1");
        socket.end(text);
        const chunks = await socket.toArray();
        const answer = Buffer.concat(chunks as Buffer[]).toString();
        assert.ok(answer.startsWith(`HTTP/1.1 ${status}`), answer);
        assert.match(answer, /\r\n\r\n\{"detail":"[^"]+"\}$/);
      });
    }

    it("GET /metrics counts what happened", async () => {
      const { json } = await pod.api.get("/api/threats?limit=100");
      const threats = json as ThreatAnalysis[];
      const { status, text, headers } = await pod.api.get("/metrics");
      assert.equal(status, 200);
      assert.match(headers.get("content-type") ?? "", /^text\/plain/);
      assert.equal(sum(text, "soc_threats_processed_total"), threats.length);
      assert.equal(sum(text, "soc_fp_score_count"), threats.length);
      assert.equal(
        sum(text, 'soc_threat_processing_duration_seconds_count{phase="total"'),
        threats.length,
      );
      for (const agent of ["historical", "config", "devops", "context", "priority"]) {
        const series = `soc_agent_duration_seconds_count{agent_name="${agent}_agent"`;
        assert.equal(sum(text, series), threats.length);
      }
      const review = threats.filter((threat) => threat.requires_human_review).length;
      assert.ok(review > 0);
      assert.equal(sum(text, "soc_threats_requiring_review"), review);
      assert.equal(sum(text, "soc_active_websocket_connections"), 0);
      const triggers = `http_requests_total{method="POST",handler="${TRIGGER}",status=`;
      assert.equal(sum(text, `${triggers}"2xx"`), threats.length);
      assert.ok(sum(text, `${triggers}"4xx"`) >= 8);
      assert.ok(sum(text, 'http_requests_total{method="GET",handler="none",status="4xx"') >= 1);
      assert.ok(sum(text, "http_request_duration_seconds_count") > threats.length);
      assert.ok(sum(text, 'http_response_size_bytes_sum{handler="/api/threats"') > 1000);
      assert.match(text, /^process_cpu_seconds_total /m);
    });
  });
}

/** The sum of the series whose name (with labels) begins so. */
function sum(exposition: string, series: string): number {
  return exposition
    .split("\n")
    .filter((line) => line.startsWith(series) && !line.startsWith("#"))
    .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
}
