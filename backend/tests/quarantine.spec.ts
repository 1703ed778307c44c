import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { Redis } from "ioredis";
import { isoMicros } from "../src/base/clock.js";
import {
  MAX_RAW,
  type Fallen,
  type Quarantined,
  type QuarantineEntry,
} from "../src/contract/quarantine.js";
import type { DashboardMetrics } from "../src/contract/responses.js";
import { ingestRoutes } from "../src/routes/ingest.js";
import { Routes } from "../src/routes/route.js";
import { answerErrors, createServer } from "../src/server/http.js";
import { Coordinator } from "../src/service/coordinator.js";
import { AuditLog } from "../src/telemetry/audit.js";
import { createRegistry } from "../src/telemetry/exposition.js";
import { Metrics } from "../src/telemetry/metrics.js";
import { QuarantineMetrics } from "../src/telemetry/quarantineMetrics.js";
import { MAX_AT_ONCE, Quarantining } from "../src/service/quarantining.js";
import { ThreatService } from "../src/service/threatService.js";
import { QUARANTINE_OWN } from "../src/store/keys.js";
import { RedisLink } from "../src/store/link.js";
import { MemoryStore } from "../src/store/memory.js";
import { MemoryQuarantine } from "../src/store/memoryQuarantine.js";
import type { Quarantine, QuarantineBounds } from "../src/store/quarantine.js";
import { RedisQuarantine } from "../src/store/redisQuarantine.js";
import { StoreFull, StoreUnavailable } from "../src/store/store.js";
import { NO_TELEMETRY } from "../src/telemetry/tracing.js";
import { History } from "../src/threats/history.js";
import type { Answer, Api } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { quietLogger, redisAt, startLocalPod, type LocalPod } from "./support/pod.js";
import { Line, testRedis, type TestRedis } from "./support/redis.js";
import { usePods, type StoreKind } from "./support/stores.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const INGEST = "/api/threats/ingest";
const KINDS: readonly StoreKind[] = ["memory", "redis"];

const pageOf = async (api: Api, query = ""): Promise<Quarantined> => {
  const answer = await api.get(`/api/quarantine${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Quarantined;
};
/** The quarantine once so many have come to it, newest first. */
async function kept(api: Api, count: number): Promise<Quarantined> {
  await eventually(async () => (await pageOf(api)).kept === count, `${count} in quarantine`);
  return pageOf(api, "?limit=100");
}
/** Without what differs each time. */
const essence = ({ id: _, received_at: __, ...rest }: QuarantineEntry) => rest;
const metric = async (api: Api, series: string): Promise<number> => {
  const { text } = await api.get("/metrics");
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.split(" ").at(-1));
};

for (const kind of KINDS) {
  describe(`quarantine in the ${kind} store`, () => {
    const suite = usePods(kind, kind === "redis" ? 3 : 1, { demo: true });
    const [first, last] = [
      (): Api => (suite.pods[0] as LocalPod).api,
      (): Api => (suite.pods.at(-1) as LocalPod).api,
    ];

    beforeEach(() => first().post("/api/demo/reset", ""));

    it("keeps each body that cannot be read, with what its sender was answered", async () => {
      const json = "application/json";
      const send = (path: string, body: string, type = json): Promise<Answer> =>
        first().post(INGEST + path, body, type);
      const broken = await send("/falco", '{"rule": ');
      assert.equal(broken.status, 422);
      const [problem] = (broken.json as { detail: { ctx: { error: string } }[] }).detail;
      assert.equal((await send("/wazuh", '{"rule": {}}')).status, 422);
      assert.equal((await send("", "a=b", "text/plain")).status, 415);
      assert.equal((await send("", "[]")).status, 422);
      const page = await kept(last(), 4);
      assert.deepEqual(page.entries.map(essence).reverse(), [
        {
          source: "falco",
          line: null,
          message: `JSON decode error: ${problem?.ctx.error}`,
          field: null,
          raw: '{"rule": ',
        },
        {
          source: "wazuh",
          line: null,
          message: "timestamp is missing",
          field: "timestamp",
          raw: '{"rule": {}}',
        },
        {
          source: "own",
          line: null,
          message: 'Content-Type must be application/json, got "text/plain"',
          field: null,
          raw: "a=b",
        },
        {
          source: "own",
          line: null,
          message: "A JSON object is needed, or a list of some",
          field: null,
          raw: "[]",
        },
      ]);
      assert.deepEqual(page.fallen_out, {});
    });

    it("keeps the refused lines of batches, and none of those that are taken", async () => {
      const lines = [JSON.stringify(WAZUH_ALERT), '{"rule": 5', '{"rule": {"id": ""}}'];
      const sent = await first().post(
        `${INGEST}/wazuh`,
        lines.join("\n\n"),
        "application/x-ndjson",
      );
      assert.equal(sent.status, 207);
      const refused = (
        sent.json as { results: { line: number; message: string; field: string | null }[] }
      ).results.slice(1);
      const { entries } = await kept(last(), 2);
      assert.deepEqual(
        entries.map(essence).reverse(),
        refused.map(({ line, message, field }, at) => ({
          source: "wazuh",
          line,
          message,
          field,
          raw: lines[at + 1],
        })),
      );
      await first().post(`${INGEST}/wazuh`, [WAZUH_ALERT, { rule: { level: 3 } }, 5]);
      const more = await kept(last(), 4);
      assert.deepEqual(
        more.entries.slice(0, 2).map(({ line, raw }) => [line, raw]),
        [
          [3, "5"],
          [2, '{"rule":{"level":3}}'],
        ],
      );
    });

    it("keeps so much of a text and says how much came, whatever it is", async () => {
      const long = `{"x": "${"é".repeat(20_000)}"}`;
      const deep = `[${'{"a":'.repeat(5000)}1${"}".repeat(5000)}]`;
      await first().post(`${INGEST}/wazuh`, long);
      await first().post(`${INGEST}/wazuh`, deep);
      await first().post(`${INGEST}/wazuh`, '"\\ud800');
      const { entries } = await kept(last(), 3);
      for (const { raw } of entries) {
        assert.ok(raw.length <= MAX_RAW, `${raw.length} characters`);
        assert.ok(raw.isWellFormed());
      }
      assert.match(entries[2]?.raw ?? "", /^\{"x": "é+… \[cut: 20009 characters came\]$/);
      assert.match(entries[1]?.raw ?? "", /\[cut: more levels came\]/);
    });

    it("keeps what is not the compression that its header says", async () => {
      const answer = await first().get(INGEST, {
        method: "POST",
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
        body: "plain",
      });
      assert.equal(answer.status, 400);
      const inflated = await first().get(INGEST, {
        method: "POST",
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
        body: Uint8Array.from(gzipSync("{")),
      });
      assert.equal(inflated.status, 422);
      const { entries } = await kept(last(), 2);
      assert.deepEqual(
        entries.map(({ raw }) => raw),
        ["{", "plain"],
      );
    });

    it("counts what is too large, and keeps none of it", async () => {
      const lost = () => metric(first(), 'soc_quarantine_fallen_out_total{reason="size"}');
      const before = await lost();
      const large = await first().post(INGEST, { x: "y".repeat(1024 * 1024) });
      const many = await first().post(INGEST, Array(1001).fill({}));
      assert.deepEqual([large.status, many.status], [413, 413]);
      await eventually(
        async () => (await pageOf(last())).fallen_out.size === 2,
        "both are counted for all pods",
      );
      assert.equal((await lost()) - before, 2);
      assert.deepEqual((await pageOf(last())).entries, []);
    });

    it("lists pages, and its count stands in the figures", async () => {
      for (const number of [1, 2, 3]) {
        await first().post(`${INGEST}/ocsf`, { number });
      }
      const page = await kept(last(), 3);
      const ids = page.entries.map(({ id }) => id);
      const one = await pageOf(last(), "?limit=1&offset=1");
      assert.deepEqual([one.entries.map(({ id }) => id), one.kept], [[ids[1]], 3]);
      assert.deepEqual((await pageOf(last(), "?offset=9007199254740991")).entries, []);
      const { json } = await last().get("/api/analytics");
      assert.deepEqual((json as DashboardMetrics).quarantine, { kept: 3, fallen_out: 0 });
      assert.equal((await last().get("/api/quarantine?limit=0")).status, 422);
    });

    it("gives an entry up for a person, once", async () => {
      await first().post(`${INGEST}/ocsf`, "{");
      const [entry] = (await kept(last(), 1)).entries;
      const remove = (): Promise<Answer> =>
        last().get(`/api/quarantine/${entry?.id}`, { method: "DELETE" });
      assert.equal((await remove()).status, 204);
      const again = await remove();
      assert.deepEqual(
        [again.status, again.json],
        [404, { detail: "Nothing in quarantine has this id" }],
      );
      assert.equal((await pageOf(first())).kept, 0);
    });

    it("is empty after a reset, and what fell out is forgotten", async () => {
      await first().post(`${INGEST}/ocsf`, "{");
      await first().post(INGEST, { x: "y".repeat(1024 * 1024) });
      await kept(last(), 1);
      await last().post("/api/demo/reset", "");
      assert.deepEqual(await pageOf(first()), { entries: [], kept: 0, fallen_out: {} });
    });

    it("counts by source what it has kept, from 0 on", async () => {
      const series = 'soc_quarantine_kept_total{source="guardduty"}';
      assert.equal(await metric(first(), series), 0);
      await first().post(`${INGEST}/guardduty`, "{");
      await eventually(async () => (await metric(first(), series)) === 1, "it is counted");
      assert.equal(await metric(last(), 'soc_quarantine_fallen_out_total{reason="age"}'), 0);
    });
  });
}

describe("bounds of the quarantine", () => {
  let redis: TestRedis;
  let raw: Redis;
  let link: RedisLink;
  before(async function () {
    redis = await testRedis(this);
    raw = new Redis(redis.url);
    link = new RedisLink(redisAt(redis.url), quietLogger());
    await eventually(() => link.connected, "connected");
  });
  beforeEach(() => raw.del(...QUARANTINE_OWN));
  after(async () => {
    link?.close();
    raw?.disconnect();
    await redis?.release();
  });

  const entry = (id: string, secondsAgo = 0, text = "{"): QuarantineEntry => ({
    id,
    received_at: isoMicros(Date.now() - secondsAgo * 1000),
    source: "own",
    line: null,
    message: "Not JSON",
    field: null,
    raw: text,
  });
  const bytes = JSON.stringify(entry("a")).length;
  const wide: QuarantineBounds = { entries: 100, bytes: 1_000_000, seconds: 3600 };
  const both = (bounds: QuarantineBounds, fallen: Fallen[] = []): readonly Quarantine[] => {
    const onFallen = (more: Fallen): void => void fallen.push(more);
    return [new MemoryQuarantine(onFallen, bounds), new RedisQuarantine(link, onFallen, bounds)];
  };

  for (const [reason, bounds] of [
    ["count", { ...wide, entries: 2 }],
    ["memory", { ...wide, bytes: 2.5 * bytes }],
    ["age", { ...wide, seconds: 25 }],
  ] as const) {
    it(`has the oldest fall out by ${reason}, and counts it`, async () => {
      for (const kind of [0, 1]) {
        const told: Fallen[] = [];
        const quarantine = both(bounds, told)[kind] as Quarantine;
        await quarantine.keep([entry("a", 40), entry("b", 30)]);
        await quarantine.keep([entry("c", 20), entry("d", 10)], { rate: 3 });
        const page = await quarantine.page(10, 0);
        assert.deepEqual(
          page.entries.map(({ id }) => id),
          ["d", "c"],
        );
        assert.deepEqual([page.kept, page.fallen_out], [2, { [reason]: 2, rate: 3 }]);
        assert.equal(
          told.reduce((sum, fallen) => sum + (fallen[reason] ?? 0), 0),
          2,
        );
      }
    });
  }

  it("holds no more than it says in Redis, and nothing of what was removed", async () => {
    const [, quarantine] = both({ ...wide, bytes: 20_000 }) as [Quarantine, Quarantine];
    for (let round = 0; round < 20; round += 1) {
      const batch = Array.from({ length: 20 }, (_, at) =>
        entry(`${round}-${at}`, 100 - round, "x".repeat(100 * at)),
      );
      await quarantine.keep(batch);
    }
    const documents = await raw.hvals(QUARANTINE_OWN[1]);
    const size = documents.reduce((sum, json) => sum + Buffer.byteLength(json), 0);
    assert.ok(size > 10_000 && size <= 20_000, `${size} bytes`);
    assert.equal(Number(await raw.hget(QUARANTINE_OWN[2], "bytes")), size);
    assert.equal(await raw.zcard(QUARANTINE_OWN[0]), documents.length);
    for (const { id } of (await quarantine.page(100, 0)).entries) {
      assert.equal(await quarantine.remove(id), true);
    }
    assert.equal(await raw.hget(QUARANTINE_OWN[2], "bytes"), "0");
    assert.equal(await raw.exists(QUARANTINE_OWN[0], QUARANTINE_OWN[1]), 0);
  });

  it("keeps the same entry once, and with it what was lost before", async () => {
    for (const quarantine of both(wide)) {
      await quarantine.keep([entry("a"), entry("b")]);
      const { kept: before, fallen_out: none } = await quarantine.figures();
      await quarantine.keep([entry("a"), entry("b")]);
      assert.deepEqual(
        [before, none, await quarantine.figures()],
        [2, {}, { kept: 2, fallen_out: {} }],
      );
    }
    const [, quarantine] = both(wide) as [Quarantine, Quarantine];
    await quarantine.keep([entry("c")], { rate: 2 });
    await quarantine.keep([entry("c")], { rate: 2 });
    assert.deepEqual((await quarantine.figures()).fallen_out, { rate: 2 });
  });

  it("goes on where somebody has removed its entries alone", async () => {
    const [, quarantine] = both({ ...wide, bytes: 2000 }) as [Quarantine, Quarantine];
    await quarantine.keep([entry("a", 10, "x".repeat(1500))]);
    await raw.del(QUARANTINE_OWN[1]);
    await quarantine.keep([entry("b", 5, "x".repeat(1000))]);
    const { entries, kept: count } = await quarantine.page(10, 0);
    assert.deepEqual([entries.map(({ id }) => id), count], [["b"], 1]);
  });

  it("leaves out what another program has put in its place", async () => {
    const [, quarantine] = both(wide) as [Quarantine, Quarantine];
    await quarantine.keep([entry("a")]);
    await raw.hset(QUARANTINE_OWN[1], "a", "{");
    assert.deepEqual((await quarantine.page(10, 0)).entries, []);
  });

  it("counts what was kept though the answer was late as kept, once", async () => {
    const quarantine = new MemoryQuarantine();
    const keep = quarantine.keep.bind(quarantine);
    let times = 0;
    quarantine.keep = async (...args) => {
      await keep(...args);
      times += 1;
      assert.ok(times > 1, "too late");
    };
    const metrics = new QuarantineMetrics(createRegistry(), ["own"]);
    const quarantining = new Quarantining(quarantine, metrics, quietLogger());
    const refused = { source: "own", line: null, message: "Not JSON", field: null };
    quarantining.add({ ...refused, raw: () => "{" });
    await quarantining.close();
    assert.deepEqual([times, await quarantine.figures()], [2, { kept: 1, fallen_out: {} }]);
  });

  it("keeps no whole body alive for a part of it", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const quarantine = new MemoryQuarantine();
    const metrics = new QuarantineMetrics(createRegistry(), ["own"]);
    const quarantining = new Quarantining(quarantine, metrics, quietLogger());
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < MAX_AT_ONCE; count += 1) {
      const raw = () => Buffer.alloc(900_000, "x").toString("latin1").slice(0, 100);
      quarantining.add({ source: "own", line: null, message: "Not JSON", field: null, raw });
    }
    await quarantining.close();
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < 10_000_000, `${grown} bytes`);
    assert.equal((await quarantine.figures()).kept, MAX_AT_ONCE);
  });

  it("keeps so many of a flood, counts the rest, and looks at no text of it", async () => {
    const quarantine = new MemoryQuarantine();
    const metrics = new QuarantineMetrics(createRegistry(), ["own"]);
    const quarantining = new Quarantining(quarantine, metrics, quietLogger());
    let read = 0;
    const refused = { source: "own", line: null, message: "Not JSON", field: null };
    for (let count = 0; count < 10_000; count += 1) {
      quarantining.add({ ...refused, raw: () => String((read += 1)) });
    }
    await quarantining.close();
    const { kept: stored, fallen_out } = await quarantine.figures();
    assert.deepEqual(
      [stored, fallen_out, read],
      [MAX_AT_ONCE, { rate: 10_000 - MAX_AT_ONCE }, MAX_AT_ONCE],
    );
  });
});

describe("quarantine of alerts that could be read, and not be stored", () => {
  const failures: readonly (readonly [number, Error])[] = [
    [503, new StoreUnavailable("Redis did not answer", null)],
    [429, new StoreFull()],
    [500, new Error("a fault of the program")],
  ];
  for (const [status, failure] of failures) {
    it(`keeps none of them where they are answered by ${status}`, async () => {
      const store = new MemoryStore({ threats: 10 });
      store.save = () => Promise.reject(failure);
      const log = quietLogger();
      const metrics = new Metrics();
      const service = new ThreatService({
        ...{ coordinator: new Coordinator(), store, history: new History(10), metrics, log },
        telemetry: NO_TELEMETRY,
      });
      const ofIngest = new QuarantineMetrics(metrics.registry, ["wazuh"]);
      const quarantining = new Quarantining(store.quarantine, ofIngest, log);
      const server = createServer();
      answerErrors(server, log);
      const audit = new AuditLog(log);
      await ingestRoutes(new Routes(server), { service, quarantining, audit, log });
      const url = `${INGEST}/wazuh`;
      const headers = { "content-type": "application/json" };
      const send = async (alerts: object): Promise<number> => {
        const payload = JSON.stringify(alerts);
        return (await server.inject({ method: "POST", url, headers, payload })).statusCode;
      };
      assert.equal(await send(WAZUH_ALERT), status);
      // An alert of a batch that the backend itself fails at is a refused line.
      assert.equal(await send([{ ...WAZUH_ALERT, id: "2" }]), status === 500 ? 207 : status);
      await quarantining.close();
      assert.deepEqual(await store.quarantine.figures(), { kept: 0, fallen_out: {} });
      // What cannot be read is kept all the same.
      assert.equal(await send({}), 422);
      await quarantining.close();
      assert.equal((await store.quarantine.figures()).kept, 1);
      await server.close();
    });
  }
});

describe("quarantine whose keys Redis refuses", () => {
  const suite = usePods("redis", 1, { demo: true });

  it("leaves the other figures as they are", async () => {
    const { api } = suite.pods[0] as LocalPod;
    const [order] = QUARANTINE_OWN;
    const raw = new Redis(suite.redis?.url ?? "");
    after(() => raw.disconnect());
    await raw.set(order, "of another type");
    const { status, json } = await api.get("/api/analytics");
    assert.deepEqual([status, (json as DashboardMetrics).quarantine], [200, null]);
    await raw.del(order);
    const again = (await api.get("/api/analytics")).json as DashboardMetrics;
    assert.deepEqual(again.quarantine, { kept: 0, fallen_out: 0 });
  });
});

describe("quarantine without Redis", () => {
  let redis: TestRedis;
  let line: Line;
  let pod: LocalPod;
  before(async function () {
    redis = await testRedis(this);
    line = await Line.to(redis.url);
    pod = await startLocalPod({ redis: redisAt(line.url) });
  });
  after(async () => {
    await pod?.app.close();
    line?.close();
    await redis?.release();
  });

  it("leaves the answers as they are, and counts what is lost", async () => {
    const lost = () => metric(pod.api, 'soc_quarantine_fallen_out_total{reason="store"}');
    line.cut();
    const answer = await pod.api.post(`${INGEST}/wazuh`, {});
    assert.deepEqual(
      [answer.status, answer.json],
      [422, { detail: { message: "timestamp is missing", field: "timestamp" } }],
    );
    await eventually(async () => (await lost()) === 1, "the loss is counted");
    assert.equal((await pod.api.get("/api/quarantine")).status, 503);
    line.restore();
    await pod.api.ready();
    await pod.api.post(`${INGEST}/wazuh`, {});
    const { fallen_out } = await kept(pod.api, 1);
    assert.equal(fallen_out.store, 1);
  });
});
