import assert from "node:assert/strict";
import { between, pick, seededRandom } from "../src/base/random.js";
import { SEVERITY, THREAT_TYPES } from "../src/contract/signal.js";
import { decodeThreat, encodeThreat, type StoredThreat } from "../src/store/documents.js";
import { KEYS } from "../src/store/keys.js";
import type { ThreatStore } from "../src/store/store.js";
import { edgesOf, type HistogramQuery } from "../src/store/times.js";
import { decide } from "../src/threats/triage.js";
import { isoMicros } from "../src/base/clock.js";
import { idsOf, useStores } from "./support/retention.js";
import { usePod } from "./support/stores.js";
import { makeThreat } from "./support/threat.js";

const NOON = Date.UTC(2026, 2, 4, 12) / 1000;
const AT = "2026-03-04T12:00:00.000000";
const HOUR: HistogramQuery = { from: NOON, to: NOON + 3600, buckets: 6, waiting: false };

/** A threat that was made so many seconds after noon. */
const makeAt = async (
  id: string,
  seconds: number,
  change: Partial<Parameters<typeof encodeThreat>[0]> = {},
): Promise<StoredThreat> =>
  encodeThreat({
    ...(await makeThreat(id)),
    ...{ severity: "LOW", requires_human_review: false },
    ...{ created_at: isoMicros((NOON + seconds) * 1000), ...change },
  });

/** How many there are in each part, whatever their severity. */
const totals = async (store: ThreatStore, query: Partial<HistogramQuery> = {}) =>
  (await store.histogram({ ...HOUR, ...query })).counts.map((counts) =>
    Object.values(counts).reduce((sum, n) => sum + n, 0),
  );

for (const kind of ["memory", "redis"] as const) {
  describe(`counts over time of the ${kind} store`, () => {
    const stores = useStores(kind);

    it("are by severity, from each edge up to the next, of those of a type or that await review", async () => {
      const store = await stores.open({ threats: 100 });
      assert.deepEqual(await store.histogram(HOUR), { oldest: null, counts: Array(6).fill({}) });
      await store.save(await makeAt("before", -0.001));
      await store.save(await makeAt("first", 0, { severity: "HIGH" }));
      await store.save(await makeAt("last of the first", 599.9999));
      await store.save(await makeAt("second", 600, { requires_human_review: true }));
      const other = await makeThreat("other", "geo_anomaly");
      await store.save(await makeAt("other", 601, { signal: other.signal }));
      await store.save(await makeAt("end", 3600));
      const { oldest, counts } = await store.histogram(HOUR);
      assert.ok(oldest !== null && Math.abs(oldest - (NOON - 0.001)) < 1e-6);
      assert.deepEqual(counts, [{ HIGH: 1, LOW: 1 }, { LOW: 2 }, {}, {}, {}, {}]);
      assert.deepEqual(await totals(store, { waiting: true }), [0, 1, 0, 0, 0, 0]);
      assert.deepEqual(await totals(store, { type: "geo_anomaly" }), [0, 1, 0, 0, 0, 0]);
      const none = { waiting: true, type: "geo_anomaly" } as const;
      assert.deepEqual(await totals(store, none), [0, 0, 0, 0, 0, 0]);
    });

    it("follow decisions, newer alerts, drops and resets", async () => {
      const store = await stores.open({ threats: 2 });
      const open = await makeAt("open", 1, { severity: "HIGH", requires_human_review: true });
      await store.save(open);
      const closed = decide(decodeThreat(open), { version: 1, status: "resolved" }, "a", AT);
      await store.replace(encodeThreat({ ...closed, severity: "CRITICAL" }), open);
      assert.deepEqual(await totals(store, { waiting: true }), [0, 0, 0, 0, 0, 0]);
      assert.deepEqual((await store.histogram(HOUR)).counts[0], { CRITICAL: 1 });
      await store.save(await makeAt("a", 700));
      await store.save(await makeAt("b", 701));
      assert.deepEqual(await totals(store), [0, 2, 0, 0, 0, 0]);
      await store.reset();
      assert.deepEqual(await store.histogram(HOUR), { oldest: null, counts: Array(6).fill({}) });
    });

    it("are what the list of each part has", async () => {
      const store = await stores.open({ threats: 50 });
      const random = seededRandom(17);
      const signals = await Promise.all(
        THREAT_TYPES.map(async (type) => (await makeThreat("", type)).signal),
      );
      for (let index = 0; index < 60; index += 1) {
        const severity = pick(random, SEVERITY.options);
        const change = { severity, requires_human_review: random.next() < 0.5 };
        const seconds = between(random, 0, 3599);
        const signal = pick(random, signals);
        await store.save(await makeAt(`${index}`, seconds, { ...change, signal }));
      }
      for (const waiting of [false, true]) {
        const edges = edgesOf(HOUR);
        const counted = await totals(store, { waiting });
        const listed = await Promise.all(
          counted.map(async (_, at) => {
            const range = { from: edges[at], to: edges[at + 1] };
            return (await store.list(100, 0, waiting ? "waiting" : "stored", range)).length;
          }),
        );
        assert.deepEqual(counted, listed);
        assert.ok(waiting || counted.reduce((sum, n) => sum + n, 0) === 50);
      }
    });

    it("have lists that are paged within a part of the time", async () => {
      const store = await stores.open({ threats: 2 });
      for (const seconds of [1, 2, 3]) {
        await store.save(await makeAt(`${seconds}`, seconds, { requires_human_review: true }));
      }
      const page = async (limit: number, offset: number, from?: number, to?: number) =>
        (await store.list(limit, offset, "stored", { from, to })).map(({ id }) => id);
      assert.deepEqual(await page(9, 0, NOON + 2, NOON + 3), ["2"]);
      assert.deepEqual(await page(1, 1, NOON + 2), ["2"]);
      assert.deepEqual(await page(9, 0, undefined, NOON + 2), []);
      const now = Date.now() / 1000;
      const dropped = async (from: number, to: number) =>
        (await store.list(9, 0, "dropped", { from, to })).map(({ id }) => id);
      assert.deepEqual(await dropped(now - 60, now + 60), ["1"]);
      assert.deepEqual(await dropped(now + 60, now + 120), []);
    });
  });

  describe(`what the API tells of the ${kind} store over time`, () => {
    const pod = usePod(kind, { demo: true });

    it("counts the last day by default, in equal parts, and lists what it counts", async () => {
      const { id } = await pod.api.trigger({ scenario: "critical_threat" });
      const { json } = await pod.api.get("/api/threats/histogram?buckets=4");
      const { oldest, buckets } = json as {
        oldest: number;
        buckets: { from: number; to: number; counts: Record<string, number> }[];
      };
      assert.ok(Math.abs(oldest - Date.now() / 1000) < 60);
      assert.deepEqual(
        buckets.map(({ from, to, counts }) => [Math.round(to - from), counts]),
        [...[{}, {}, {}], { CRITICAL: 1 }].map((counts) => [6 * 3600, counts]),
      );
      const listed = async (from: number, to: number) =>
        (await pod.api.get(`/api/threats?from=${from}&to=${to}`)).json as { id: string }[];
      const [first, last] = [buckets[0], buckets[3]];
      assert.ok(first && last);
      assert.deepEqual(
        (await listed(last.from, last.to)).map((threat) => threat.id),
        [id],
      );
      assert.deepEqual(await listed(first.from, first.to), []);
    });

    it("counts up to the last moment there is, and no further", async () => {
      const { status, json } = await pod.api.get(
        "/api/threats/histogram?from=9999999999&buckets=1",
      );
      assert.equal(status, 200);
      const { buckets } = json as { buckets: unknown };
      assert.deepEqual(buckets, [{ from: 9_999_999_999, to: 1e10, counts: {} }]);
      assert.equal((await pod.api.get("/api/threats/histogram?buckets=51")).status, 422);
    });

    it("refuses what is no time, no type or the wrong way round, all at once", async () => {
      for (const [path, problems] of [
        ["/api/threats?from=2&to=2", ["to: `to` should be later than `from`"]],
        ["/api/threats/histogram?from=3&to=2", ["to: `to` should be later than `from`"]],
        [
          "/api/threats/histogram?from=today&buckets=0&type=x",
          [
            "from: Input should be a valid number, unable to parse string as a number",
            "buckets: Input should be greater than or equal to 1",
            `type: Invalid option: expected one of ${THREAT_TYPES.map((type) => `"${type}"`).join("|")}`,
          ],
        ],
      ] as const) {
        const { status, json } = await pod.api.get(path);
        assert.equal(status, 422, path);
        const { detail } = json as { detail: { loc: string[]; msg: string }[] };
        assert.deepEqual(
          detail.map(({ loc, msg }) => `${loc.slice(1).join(".")}: ${msg}`),
          problems,
        );
      }
    });
  });
}

describe("counts over time beside backends that know nothing of them", () => {
  const stores = useStores("redis");

  it("take up what those have saved, which drop as much as they save", async () => {
    const store = await stores.open({ threats: 2 });
    await store.save(await makeAt("a", 1));
    await store.save(await makeAt("b", 700));
    // They enter and drop by the same scripts, and leave this index and its count alone.
    await stores.raw.hincrby(KEYS.figures, "timed", -1);
    await stores.raw.zrem(KEYS.times, "b");
    await stores.raw.zadd(KEYS.times, 0, "dropped by them");
    assert.deepEqual(await totals(store), [1, 1, 0, 0, 0, 0]);
    assert.deepEqual(await stores.raw.zrangebyscore(KEYS.times, 0, 0), []);
  });

  it("take up what there was before the upgrade", async () => {
    const before = await stores.open({ threats: 10 });
    await before.save(await makeAt("a", 1));
    await stores.raw.del(KEYS.times);
    await stores.raw.hdel(KEYS.figures, "timed", "untimed");
    const store = await stores.open({ threats: 10 });
    assert.deepEqual(await totals(store), [1, 0, 0, 0, 0, 0]);
  });

  it("take up what those have decided once they look", async () => {
    const store = await stores.open({ threats: 10 });
    const open = await makeAt("open", 1, { requires_human_review: true });
    await store.save(open);
    const closed = encodeThreat(
      decide(decodeThreat(open), { version: 1, status: "resolved" }, "a", AT),
    );
    const place = await stores.raw.zscore(KEYS.times, "open");
    await store.replace(closed, open);
    await stores.raw.zadd(KEYS.times, place ?? "", "open");
    const summary = JSON.parse((await stores.raw.hget(KEYS.summaries, "open")) ?? "") as object;
    await stores.raw.hset(KEYS.summaries, "open", JSON.stringify({ ...summary, time: undefined }));
    const next = await stores.open({ threats: 10 });
    assert.deepEqual(await totals(next, { waiting: true }), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(await totals(next), [1, 0, 0, 0, 0, 0]);
  });

  it("are of the other threats alone where one cannot be read, and begin anew with the others", async () => {
    const store = await stores.open({ threats: 10 });
    await store.save(await makeAt("a", 1));
    const odd = await makeThreat("odd");
    await stores.raw.incr(KEYS.total);
    await stores.raw.set(KEYS.threat("odd"), JSON.stringify({ ...odd, severity: "SEVERE" }));
    await stores.raw.zadd(KEYS.index, NOON + 2, "odd");
    assert.deepEqual(await totals(store), [1, 0, 0, 0, 0, 0]);
    assert.deepEqual((await idsOf(store)).toSorted(), ["a", "odd"]);
    // Else every question would look through everything.
    assert.equal(await stores.raw.zcard(KEYS.times), await stores.raw.zcard(KEYS.order));
    await stores.raw.del(KEYS.index, KEYS.total, KEYS.threat("a"), KEYS.threat("odd"));
    await store.save(await makeAt("b", 700));
    assert.deepEqual(await totals(store), [0, 1, 0, 0, 0, 0]);
  });
});
