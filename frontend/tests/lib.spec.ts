import assert from "node:assert/strict";
import { rowFacts, rowSummary } from "../src/lib/row";
import { describeFailure } from "../src/lib/api";
import { parseServerMessage, parseThreat } from "../src/lib/messages";
import { evidenceOf } from "../src/lib/evidence";
import { clampFraction, count, humanize, percent, toggled } from "../src/lib/text";
import {
  formatAge,
  formatDateTime,
  formatDueIn,
  formatDuration,
  formatMinutes,
  formatSince,
  parseUtc,
} from "../src/lib/time";
import { makeThreat } from "./support/threats";

describe("times", () => {
  it("reads a time without a zone as UTC, wherever the viewer is", () => {
    const noon = Date.UTC(2026, 5, 1, 12, 0, 0, 123);
    assert.equal(parseUtc("2026-06-01T12:00:00.123456"), noon);
    assert.equal(parseUtc("2026-06-01T12:00:00.123Z"), noon);
    assert.equal(parseUtc("2026-06-01T14:00:00.123+02:00"), noon);
    assert.ok(Number.isNaN(parseUtc("yesterday")));
  });

  const ages: [number, string][] = [
    [-5, "just now"],
    [1, "just now"],
    [42, "42 s ago"],
    [60, "1 min ago"],
    [3599, "59 min ago"],
    [3600, "1 h ago"],
    [172_800, "2 d ago"],
  ];
  for (const [seconds, text] of ages) {
    it(`says "${text}" for ${seconds} s`, () => assert.equal(formatAge(0, seconds * 1000), text));
  }

  it("says so when there is no time", () => {
    assert.equal(formatAge(NaN, 0), "at an unknown time");
    assert.equal(formatDateTime("yesterday"), "yesterday");
  });

  it("writes since when, with the date unless it is today", () => {
    const noon = "2026-06-01T12:00:00";
    assert.doesNotMatch(formatSince(noon, parseUtc(noon) + 1000), /2026/);
    assert.match(formatSince(noon, parseUtc(noon) + 200_000_000), /2026/);
    assert.equal(formatSince("yesterday", 0), "yesterday");
  });

  it("writes durations", () => {
    assert.equal(formatDuration(0), "< 1 ms");
    assert.equal(formatDuration(118.4), "118 ms");
    assert.equal(formatDuration(1250), "1.3 s");
    assert.deepEqual([0, 45, 60, 270].map(formatMinutes), ["0 min", "45 min", "1 h", "4 h 30 min"]);
  });
});

describe("deadlines", () => {
  const cases: [number, string][] = [
    [40, "due in 40 s"],
    [750, "due in 12 min"],
    [7300, "due in 2 h"],
    [-90, "overdue by 1 min"],
    [-200_000, "overdue by 2 d"],
  ];
  for (const [seconds, text] of cases) {
    it(`says "${text}"`, () => assert.equal(formatDueIn(seconds * 1000, 0), text));
  }

  it("says so when there is none", () => {
    assert.equal(formatDueIn(NaN, 0), "due at an unknown time");
  });
});

describe("evidence", () => {
  it("is a list of named facts, without what says nothing", () => {
    const facts = evidenceOf({
      source_ip: "203.0.113.66",
      request_count: 3500,
      mfa_passed: false,
      indicators: ["ransom note written", "security agent stopped"],
      place: { city: "Berlin", at: { lat: 52.5 } },
      user_id: null,
      notes: [],
    });
    assert.deepEqual(
      facts.map(({ name, value }) => [name, value]),
      [
        ["Source IP", "203.0.113.66"],
        ["Request count", "3,500"],
        ["MFA passed", "no"],
        ["Indicators", "ransom note written, security agent stopped"],
        ["Place, city", "Berlin"],
        ["Place, at, lat", "52.5"],
      ],
    );
    assert.deepEqual(
      facts.filter(({ code }) => code).map(({ name }) => name),
      ["Source IP"],
    );
  });
});

describe("a row", () => {
  const { signal } = makeThreat();
  const summaries: [string, string][] = [
    ["HIGH bot traffic against RetailMax. 700 requests a minute.", "700 requests a minute."],
    ["LOW rate limit breach against RetailMax. A. B.", "A. B."],
    [
      "HIGH bot traffic against ShopMax. 700 requests.",
      "HIGH bot traffic against ShopMax. 700 requests.",
    ],
    ["A. Moved against RetailMax. More.", "A. Moved against RetailMax. More."],
    ["HIGH. It moved against RetailMax. More.", "HIGH. It moved against RetailMax. More."],
    ["", ""],
  ];
  for (const [executive_summary, shown] of summaries) {
    it(`sums up "${executive_summary}"`, () =>
      assert.equal(rowSummary(makeThreat({ executive_summary })), shown));
  }

  it("has what tells a threat from others, as far as it is said", () => {
    const metadata = {
      source_ip: "192.0.2.7",
      user_id: "user-1",
      endpoint_name: 7,
      finding_count: 1200,
    };
    const facts = (of: object) =>
      rowFacts(makeThreat({ signal: { ...signal, metadata: { ...of } } })).map(
        ({ value }) => value,
      );
    assert.deepEqual(facts(metadata), ["192.0.2.7", "user-1", "1,200 times"]);
    assert.deepEqual(facts({ source_ip: "", request_count: 1, finding_count: "many" }), []);
  });
});

describe("texts", () => {
  it("makes wire names readable", () => {
    assert.equal(humanize("rate_limit_breach"), "Rate limit breach");
    assert.equal(humanize("block_ip"), "Block IP");
    assert.equal(humanize("devops"), "DevOps");
    assert.equal(humanize("something-new"), "Something new");
  });

  it("writes fractions and counts", () => {
    assert.deepEqual([0.415, 1.2, -1, NaN].map(percent), ["42%", "100%", "0%", "0%"]);
    assert.equal(clampFraction(Infinity), 0);
    assert.deepEqual([count(1, "threat"), count(0, "threat")], ["1 threat", "0 threats"]);
    assert.deepEqual([toggled([1, 2], 2), toggled([1], 2)], [[1], [1, 2]]);
  });
});

describe("server messages", () => {
  it("reads the five kinds", () => {
    const threat = makeThreat();
    for (const type of ["new_threat", "threat_updated"]) {
      assert.deepEqual(parseServerMessage(JSON.stringify({ type, data: threat })), {
        type,
        data: threat,
      });
    }
    assert.deepEqual(
      parseServerMessage(JSON.stringify({ type: "initial_batch", data: [threat] })),
      {
        type: "initial_batch",
        data: { threats: [threat], received: 1 },
      },
    );
    assert.deepEqual(parseServerMessage('{"type":"ping"}'), { type: "ping" });
    assert.deepEqual(parseServerMessage('{"type":"pong"}'), { type: "pong" });
  });

  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '"ping"',
    '{"type":"other"}',
    '{"type":"new_threat"}',
    '{"type":"new_threat","data":{"id":1}}',
    '{"type":"initial_batch","data":{}}',
  ]) {
    it(`ignores ${text || "an empty text"}`, () =>
      assert.equal(parseServerMessage(text), undefined));
  }

  it("keeps the usable threats of a batch", () => {
    const message = parseServerMessage(
      JSON.stringify({ type: "initial_batch", data: [null, makeThreat(), { id: "x" }] }),
    );
    assert.ok(message?.type === "initial_batch");
    assert.deepEqual(message.data, { threats: [makeThreat()], received: 3 });
  });

  it("fills in what a smaller backend leaves out", () => {
    const threat = parseThreat({
      id: "a",
      severity: "LOW",
      created_at: "2026-06-01T12:00:00",
      signal: { threat_type: "bot_traffic", customer_name: "RetailMax" },
    });
    assert.deepEqual(threat?.agent_analyses, {});
    assert.deepEqual(threat?.signal.metadata, {});
    assert.equal(threat?.response_plan, null);
  });
});

describe("failed requests", () => {
  const cases: [string, number, unknown, string][] = [
    ["a text", 400, { detail: "Invalid threat type: X" }, "Invalid threat type: X (HTTP 400)"],
    ["an object", 422, { detail: { message: "Bad rule" } }, "Bad rule (HTTP 422)"],
    [
      "a list",
      422,
      { detail: [{ loc: ["query", "limit"], msg: "too large" }] },
      "query.limit: too large (HTTP 422)",
    ],
    ["a reason", 503, { reason: "Redis is down" }, "Redis is down (HTTP 503)"],
    ["a proxy's page", 502, undefined, "The backend is unavailable (HTTP 502)."],
    ["nothing", 404, {}, "The backend refused the request (HTTP 404)."],
  ];
  for (const [name, status, body, text] of cases) {
    it(`are told from ${name}`, () => assert.equal(describeFailure(status, body), text));
  }
});
