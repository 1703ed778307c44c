import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { inTurn } from "../src/base/inTurn.js";
import { SCHEMAS, type IngestReport } from "../src/contract/responses.js";
import type { ThreatSignal } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { MAX_INFLATED_BYTES, MAX_LINES } from "../src/ingest/delivery.js";
import { FALCO_SAMPLES } from "./support/alerts/falco.js";
import { GUARDDUTY_SAMPLES } from "./support/alerts/guardduty.js";
import { WAZUH_SAMPLES } from "./support/alerts/wazuh.js";
import type { Answer } from "./support/client.js";
import { startLocalPod, type LocalPod } from "./support/pod.js";

const INGEST = "/api/threats/ingest";
const FALCO = `${INGEST}/falco`;
const WAZUH = `${INGEST}/wazuh`;

const [SHELL, WRITE] = FALCO_SAMPLES.map(({ alert }) => alert);
const EVENT = {
  specversion: "1.0",
  id: "event-1",
  source: "/sensors/north",
  type: "example.alert",
  time: "2026-03-04T05:06:07Z",
  subject: "cart",
};

describe("what comes to the ingest routes", () => {
  let pod: LocalPod;

  before(async () => {
    pod = await startLocalPod({ demo: true });
  });

  beforeEach(() => pod.api.post("/api/demo/reset", ""));

  after(() => pod?.app.close());

  const send = (
    path: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> =>
    pod.api.get(path, { method: "POST", body: new Uint8Array(Buffer.from(body)), headers });

  const report = (answer: Answer, status: number): IngestReport => {
    assert.equal(answer.status, status, answer.text);
    const read = SCHEMAS.IngestReport.parse(answer.json);
    assert.equal(JSON.stringify(read), answer.text);
    return read;
  };

  const outcomes = ({ results }: IngestReport) =>
    results.map(({ line, status, field }) => [line, status, field]);

  const stored = async (): Promise<readonly ThreatAnalysis[]> =>
    (await pod.api.get("/api/threats")).json as ThreatAnalysis[];

  const NDJSON = [
    JSON.stringify(SHELL),
    "",
    '{"cut',
    JSON.stringify({ ...WRITE, priority: "Grave" }),
    "[]",
    `  ${JSON.stringify(WRITE)}\r`,
    "",
  ].join("\n");
  const NDJSON_OUTCOMES = [
    [1, "accepted", null],
    [3, "refused", null],
    [4, "refused", "priority"],
    [5, "refused", null],
    [6, "accepted", null],
  ];

  it("NDJSON is answered line by line, with the fields that are to blame", async () => {
    const answer = await send(FALCO, NDJSON, { "content-type": "application/x-ndjson" });
    const read = report(answer, 207);
    assert.deepEqual(outcomes(read), NDJSON_OUTCOMES);
    assert.deepEqual([read.accepted, read.duplicates, read.refused], [2, 0, 3]);
    assert.match(read.results[1]?.message ?? "", /^Not JSON: /);
    assert.match(read.results[2]?.message ?? "", /^priority cannot be read: "Grave"$/);
    const ids = read.results.map(({ id }) => id).filter((id) => id !== null);
    assert.deepEqual((await stored()).map(({ id }) => id).sort(), [...ids].sort());
  });

  it("gzip is inflated", async () => {
    const headers = { "content-type": "application/x-ndjson", "content-encoding": "gzip" };
    const read = report(await send(FALCO, gzipSync(NDJSON), headers), 207);
    assert.deepEqual(outcomes(read), NDJSON_OUTCOMES);
    const one = gzipSync(JSON.stringify(SHELL));
    const alone = await send(FALCO, one, { ...headers, "content-type": "application/json" });
    assert.equal(alone.status, 202);
  });

  it("a list, a search's answer and a page of findings are batches", async () => {
    const list = await pod.api.post(FALCO, [SHELL, WRITE]);
    assert.deepEqual(outcomes(report(list, 202)), [
      [1, "accepted", null],
      [2, "accepted", null],
    ]);
    const hit = WAZUH_SAMPLES.find(({ alert }) => "_source" in alert)?.alert;
    const search = await pod.api.post(WAZUH, { took: 1, hits: { total: 2, hits: [hit, {}] } });
    assert.deepEqual(outcomes(report(search, 207)), [
      [1, "accepted", null],
      [2, "refused", "timestamp"],
    ]);
    const Findings = GUARDDUTY_SAMPLES.slice(3, 6).map(({ alert, what }) => ({
      ...alert,
      id: what,
    }));
    const page = await pod.api.post(`${INGEST}/guardduty`, { Findings });
    assert.equal(report(page, 202).accepted, 3);
  });

  it("a CloudEvent is taken out of its envelope, which stays in the signal", async () => {
    const { specversion: _, ...said } = EVENT;
    const structured = { ...EVENT, data: SHELL };
    const encoded = Buffer.from(JSON.stringify(SHELL)).toString("base64");
    const binary = {
      "content-type": "application/json",
      ...Object.fromEntries(Object.entries(EVENT).map(([name, value]) => [`ce-${name}`, value])),
    };
    const type = { "content-type": "application/cloudevents+json; charset=utf-8" };
    const ways: Readonly<Record<string, Promise<Answer>>> = {
      structured: send(FALCO, JSON.stringify(structured), type),
      base64: send(FALCO, JSON.stringify({ ...EVENT, data_base64: encoded }), type),
      "structured as JSON": pod.api.post(FALCO, structured),
      binary: send(FALCO, JSON.stringify(SHELL), binary),
    };
    for (const [way, sent] of Object.entries(ways)) {
      const answer = await sent;
      assert.equal(answer.status, 202, `${way}: ${answer.text}`);
      const { metadata, customer_name } = answer.json as ThreatSignal;
      assert.equal(customer_name, "shop", way);
      assert.deepEqual(metadata["cloudevent"], said, way);
    }
  });

  it("CloudEvents come in batches, and as lines", async () => {
    const good = { ...EVENT, data: SHELL };
    const bad: readonly (readonly [unknown, string | null])[] = [
      [{ ...good, id: undefined }, "id"],
      [{ ...good, source: "" }, "source"],
      [{ ...good, specversion: "0.2" }, "specversion"],
      [{ ...EVENT }, "data"],
      [{ ...EVENT, data_base64: "e30" + "x" }, "data_base64"],
      [{ ...good, data: 5 }, null],
      [5, null],
    ];
    const body = JSON.stringify([good, ...bad.map(([event]) => event)]);
    const type = "application/cloudevents-batch+json";
    assert.deepEqual(outcomes(report(await send(FALCO, body, { "content-type": type }), 207)), [
      [1, "accepted", null],
      ...bad.map(([, field], index) => [index + 2, "refused", field]),
    ]);
    const other = { ...good, data: WRITE };
    const lines = `${JSON.stringify(other)}\n${JSON.stringify({ ...good, id: "" })}`;
    const answer = await send(FALCO, lines, { "content-type": "application/x-ndjson" });
    assert.deepEqual(outcomes(report(answer, 207)), [
      [1, "accepted", null],
      [2, "refused", "id"],
    ]);
  });

  it("binary mode without its attributes is refused by header", async () => {
    const headers = { "content-type": "application/json", "ce-specversion": "1.0", "ce-id": "1" };
    const answer = await send(FALCO, JSON.stringify(SHELL), headers);
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.json, {
      detail: { message: "ce-source is missing", field: "ce-source" },
    });
  });

  it("the envelope gives a signal of one's own what it lacks", async () => {
    const { json } = await pod.api.post(INGEST, { ...EVENT, data: { customer_name: "Shop" } });
    const { timestamp, metadata } = json as ThreatSignal;
    assert.equal(timestamp, "2026-03-04T05:06:07.000000Z");
    assert.deepEqual([metadata["alert_id"], metadata["sensor"]], ["event-1", "/sensors/north"]);
  });

  const JSON_HEADERS = { "content-type": "application/json" };
  const bomb = gzipSync(Buffer.alloc(MAX_INFLATED_BYTES + 1, " "));
  const refused: readonly (readonly [
    string,
    number,
    RegExp,
    string | Buffer,
    Readonly<Record<string, string>>,
  ])[] = [
    ["no content type of JSON", 415, /application\/json/, "{}", { "content-type": "text/plain" }],
    ["another compression", 415, /gzip/, "{}", { ...JSON_HEADERS, "content-encoding": "br" }],
    ["what is not compressed", 400, /gzip/, "{}", { ...JSON_HEADERS, "content-encoding": "gzip" }],
    ["what inflates", 413, /8388608 bytes/, bomb, { ...JSON_HEADERS, "content-encoding": "gzip" }],
    ["too many", 413, /1001 alerts/, `[${"1,".repeat(MAX_LINES)}1]`, JSON_HEADERS],
    ["an empty list", 422, /object/, "[]", JSON_HEADERS],
    ["no line at all", 422, /object/, "\n\n", { "content-type": "application/x-ndjson" }],
    ["no JSON", 422, /JSON decode error/, "{", JSON_HEADERS],
    ["nothing", 422, /Field required/, "", JSON_HEADERS],
  ];
  for (const [what, status, message, body, headers] of refused) {
    it(`${what} is refused with ${status}`, async () => {
      assert.ok(body.length < 1024 * 1024);
      const answer = await send(FALCO, body, headers);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, message);
      assert.deepEqual(await stored(), []);
    });
  }

  it("a batch of the largest number is taken", async () => {
    const lines = Array.from({ length: MAX_LINES }, (_, index) =>
      JSON.stringify({ customer_name: "Shop", id: String(index) }),
    );
    const headers = { "content-type": "application/x-ndjson" };
    assert.equal(report(await send(INGEST, lines.join("\n"), headers), 202).accepted, MAX_LINES);
  });
});

describe("work in turn", () => {
  it("keeps the order, does no more at once than it may, and stops at a failure", async () => {
    let running = 0;
    let most = 0;
    const slow = async (item: number): Promise<number> => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return item * 2;
    };
    assert.deepEqual(await inTurn([1, 2, 3, 4, 5], 2, slow), [2, 4, 6, 8, 10]);
    assert.equal(most, 2);
    const begun: number[] = [];
    const failing = inTurn([1, 2, 3, 4, 5], 1, async (item) => {
      begun.push(item);
      if (item === 2) {
        throw new Error("two");
      }
    });
    await assert.rejects(failing, /two/);
    assert.deepEqual(begun, [1, 2]);
    const ended: number[] = [];
    const together = inTurn([1, 2], 2, async (item) => {
      if (item === 1) {
        throw new Error("one");
      }
      ended.push(await slow(item));
    });
    await assert.rejects(together, /one/);
    assert.deepEqual(ended, [4], "what was begun has ended");
  });
});
