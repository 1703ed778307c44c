import assert from "node:assert/strict";
import { between, pick, seededRandom } from "../src/base/random.js";
import type { DashboardMetrics } from "../src/contract/responses.js";
import type { Drop } from "../src/contract/dropped.js";
import { SEVERITY } from "../src/contract/signal.js";
import { decodeThreat, encodeThreat, type StoredThreat } from "../src/store/documents.js";
import { KEYS } from "../src/store/keys.js";
import { dropName } from "../src/store/retention.js";
import { StoreFull, type ThreatStore } from "../src/store/store.js";
import { decide } from "../src/threats/triage.js";
import { eventually } from "./support/eventually.js";
import { droppedOf, idsOf, useStores } from "./support/retention.js";
import { usePod } from "./support/stores.js";
import { makeHalved, makeRanked } from "./support/threat.js";

const AT = "2026-03-04T05:06:07.000000";

for (const kind of ["memory", "redis"] as const) {
  describe(`retention of the ${kind} store`, () => {
    const stores = useStores(kind);

    it("drops what awaits no review first, oldest first, and counts it", async () => {
      const drops: Drop[] = [];
      const store = await stores.open({ threats: 4 }, drops);
      await store.save(await makeRanked("critical", "CRITICAL", true, -30));
      await store.save(await makeRanked("info", "INFO", true, -20));
      for (let index = 0; index < 20; index += 1) {
        await store.save(await makeRanked(`noise-${index}`, "CRITICAL", false, index));
      }
      assert.deepEqual(await idsOf(store), ["noise-19", "noise-18", "info", "critical"]);
      assert.deepEqual(await idsOf(store, "waiting"), ["info", "critical"]);
      assert.deepEqual(await droppedOf(store), { "other CRITICAL count": 18 });
      assert.deepEqual(drops.map(dropName), Array(18).fill("other CRITICAL count"));
      assert.equal(await store.get("noise-0"), null);
      const { total, threats, waiting } = await store.figures();
      assert.deepEqual([total, threats, waiting], [22, 4, 2]);
    });

    it("drops the lowest severity of what awaits review, then the oldest, and keeps it by id", async () => {
      const store = await stores.open({ threats: 3 });
      const ranks = ["HIGH", "LOW", "HIGH", "MEDIUM", "CRITICAL", "LOW", "HIGH"] as const;
      for (const [index, severity] of ranks.entries()) {
        await store.save(await makeRanked(`${index}-${severity}`, severity, true, index));
      }
      assert.deepEqual(await idsOf(store), ["6-HIGH", "4-CRITICAL", "2-HIGH"]);
      const gone = ["0-HIGH", "5-LOW", "3-MEDIUM", "1-LOW"];
      assert.deepEqual(await idsOf(store, "dropped"), gone);
      for (const id of gone) {
        assert.equal((await store.get(id))?.id, id);
      }
      assert.deepEqual(await droppedOf(store), {
        "awaiting LOW count": 2,
        "awaiting MEDIUM count": 1,
        "awaiting HIGH count": 1,
      });
    });

    it("bounds what is kept by id by count and bytes, and counts what falls out", async () => {
      const bytes = (await makeRanked("x00", "LOW", true)).json.length;
      for (const [bounds, reason] of [
        [{ kept: 2 }, "count"],
        [{ keptBytes: 2.5 * bytes }, "memory"],
      ] as const) {
        const store = await stores.open({ threats: 1, ...bounds });
        for (let index = 0; index < 6; index += 1) {
          await store.save(await makeRanked(`x0${index}`, "LOW", true, index));
        }
        assert.deepEqual(await idsOf(store, "dropped"), ["x04", "x03"]);
        assert.equal(await store.get("x02"), null);
        assert.equal((await droppedOf(store))[`kept - ${reason}`], 3);
        await store.reset();
      }
    });

    it("refuses what a critical one would have to go for, and does nothing then", async () => {
      const store = await stores.open({ threats: 2 });
      const [first, second] = [
        await makeRanked("first", "CRITICAL", true, 0),
        await makeRanked("second", "CRITICAL", true, 1),
      ];
      await store.save(await makeRanked("low", "LOW", true, 2));
      await store.save(first);
      await store.save(second);
      for (const severity of ["LOW", "CRITICAL"] as const) {
        for (const review of [true, false]) {
          const more = await makeRanked("more", severity, review, 3);
          await assert.rejects(store.save(more), StoreFull);
          await assert.rejects(
            store.replace(more, null, { ...(await store.see({ key: "k", version: "1" }, "more")) }),
            StoreFull,
          );
        }
      }
      assert.deepEqual(await idsOf(store), ["second", "first"]);
      assert.equal((await store.figures()).total, 3);
      const closed = encodeThreat(
        decide(decodeThreat(first), { version: 1, status: "resolved" }, "a", AT),
      );
      assert.equal(await store.replace(closed, first), "stored");
      await store.save(await makeRanked("more", "HIGH", true, 3));
      assert.deepEqual(await idsOf(store), ["more", "second"]);
    });

    it("keeps within its memory, and says so", async () => {
      const { json } = await makeRanked("x", "LOW", false);
      const store = await stores.open({ threats: 100, bytes: 3.5 * json.length });
      await store.save(await makeRanked("a", "HIGH", true, -9));
      for (const [index, id] of ["b", "c", "d", "e"].entries()) {
        await store.save(await makeRanked(id, "LOW", false, index));
      }
      assert.deepEqual(await idsOf(store), ["e", "d", "a"]);
      assert.deepEqual(await droppedOf(store), { "other LOW memory": 2 });
    });

    it("keeps a record for as long as its threat, and none longer", async () => {
      const store = await stores.open({ threats: 1, kept: 1 });
      const save = async (id: string, review: boolean, seconds: number, record = id) =>
        store.save(
          await makeRanked(id, "LOW", review, seconds),
          null,
          undefined,
          Buffer.from(record),
        );
      const recorded = async (...ids: readonly string[]) =>
        (await Promise.all(ids.map((id) => store.record(id)))).map((json) => json?.toString());
      await save("noise", false, 0);
      await save("first", true, 1);
      assert.deepEqual(await recorded("noise", "first", "other"), [undefined, "first", undefined]);
      const first = await store.get("first");
      assert.ok(first !== null);
      const noted = encodeThreat(decide(decodeThreat(first), { version: 1, note: "x" }, "a", AT));
      assert.equal(await store.replace(noted, first), "stored");
      await save("second", true, 2);
      assert.deepEqual(await idsOf(store, "dropped"), ["first"]);
      assert.deepEqual(await recorded("first", "second"), ["first", "second"]);
      const sighting = await store.see({ key: "k", version: "1" }, "first");
      const newer = encodeThreat({ ...decodeThreat(noted), severity: "HIGH" });
      assert.equal(await store.replace(newer, noted, sighting, Buffer.from("newer")), "stored");
      assert.deepEqual(await idsOf(store, "dropped"), ["second"]);
      assert.deepEqual(await recorded("first", "second"), ["newer", "second"]);
      await save("third", true, 3);
      assert.deepEqual(await recorded("first", "second", "third"), ["newer", undefined, "third"]);
      await store.reset();
      assert.deepEqual(await recorded("first", "second", "third"), Array(3).fill(undefined));
    });

    it("counts records in the memory of what they are of", async () => {
      const { length } = (await makeRanked("x", "LOW", true)).json;
      const record = Buffer.alloc(length, "r");
      const store = await stores.open({
        threats: 100,
        bytes: 4.5 * length,
        keptBytes: 2.5 * length,
      });
      for (const [index, id] of ["a", "b", "c", "d"].entries()) {
        await store.save(await makeRanked(id, "LOW", true, index), null, undefined, record);
      }
      assert.deepEqual(await idsOf(store), ["d", "c"]);
      assert.deepEqual(await idsOf(store, "dropped"), ["b"]);
      const { "kept - memory": forgotten, "awaiting LOW memory": dropped } = await droppedOf(store);
      assert.deepEqual([dropped, forgotten], [2, 1]);
    });

    it("drops by age what awaits no review, and nothing else", async () => {
      const store = await stores.open({ threats: 100, seconds: 60 });
      await store.save(await makeRanked("old", "HIGH", true, -90));
      await store.save(await makeRanked("noise", "HIGH", false, -90));
      await store.save(await makeRanked("new", "LOW", false, -30));
      assert.deepEqual(await idsOf(store), ["new", "old"]);
      assert.deepEqual(await droppedOf(store), { "other HIGH age": 1 });
    });

    it("keeps its figures where what comes first after a reset is a change", async () => {
      const store = await stores.open({ threats: 10 });
      await store.reset();
      for (const id of ["a", "b"]) {
        assert.equal(await store.replace(await makeRanked(id, "LOW", true), null), "stored");
      }
      const { total, threats, waiting } = await store.figures();
      assert.deepEqual([total, threats, waiting], [0, 2, 2]);
    });

    it("stores a threat of a customer whose name holds half of a character", async () => {
      const store = await stores.open({ threats: 10 });
      const threat = await makeHalved("halved");
      await store.save(threat);
      await store.save(await makeRanked("next", "LOW", true, 1));
      assert.equal(await store.replace(threat, threat), "stored");
      const { total, threats, customers } = await store.figures();
      assert.deepEqual([total, threats, customers], [2, 2, 2]);
      assert.deepEqual((await store.get("halved"))?.json, threat.json);
    });

    it("keeps a person's decision of one that was dropped, where that is kept", async () => {
      const store = await stores.open({ threats: 1 });
      const low = await makeRanked("low", "LOW", true);
      await store.save(low);
      await store.save(await makeRanked("high", "HIGH", true, 1));
      const noted = encodeThreat(decide(decodeThreat(low), { version: 1, note: "x" }, "a", AT));
      assert.equal(await store.replace(noted, low), "stored");
      assert.equal(await store.replace(noted, low), "changed");
      assert.deepEqual((await store.get("low"))?.json, noted.json);
      assert.deepEqual(await idsOf(store), ["high"]);
    });
  });
}

describe("retention of the memory store, which nothing but requests wakes", () => {
  const stores = useStores("memory");

  it("drops by age also where nothing comes any more", async () => {
    const looks: readonly ((store: ThreatStore) => Promise<boolean>)[] = [
      async (store) => (await store.figures()).threats === 0,
      async (store) => (await store.list(10, 0)).length === 0,
      async (store) => (await store.get("noise")) === null,
    ];
    for (const isGone of looks) {
      const drops: Drop[] = [];
      const store = await stores.open({ threats: 100, seconds: 60 }, drops);
      await store.save(await makeRanked("noise", "HIGH", false, -59));
      assert.equal((await store.get("noise"))?.id, "noise");
      await eventually(() => isGone(store), "it is dropped");
      assert.deepEqual(drops.map(dropName), ["other HIGH age"]);
    }
  });
});

describe("retention of both stores", () => {
  const [shared, own] = [useStores("redis"), useStores("memory")];

  it("is the same, whatever is saved, changed and closed, in whatever order", async () => {
    const random = seededRandom(2026);
    const limits = { threats: 12, bytes: 100_000, kept: 5, keptBytes: 30_000 };
    const both = [await own.open(limits), await shared.open(limits)] as const;
    const state = async (store: ThreatStore) => {
      const { dropped, ...figures } = await store.figures();
      const ids = [...(await idsOf(store)), ...(await idsOf(store, "dropped"))];
      const records = await Promise.all(ids.map((id) => store.record(id)));
      return {
        records: records.map((record) => record?.length ?? 0),
        ...{ figures, dropped: dropped.map((drop) => JSON.stringify(drop)).sort() },
        stored: await idsOf(store),
        waiting: await idsOf(store, "waiting"),
        kept: await idsOf(store, "dropped"),
      };
    };
    let refused = 0;
    for (let step = 0; step < 300; step += 1) {
      const severity = step < 200 ? pick(random, SEVERITY.options) : "CRITICAL";
      const fresh = await makeRanked(`t${step}`, severity, random.next() < 0.6, step);
      const record = random.next() < 0.8 ? Buffer.alloc(between(random, 1, 3000), "r") : undefined;
      const id = `t${between(random, 0, step)}`;
      const closes = random.next() < (step < 200 ? 0.4 : 0.1);
      const outcomes = await Promise.all(
        both.map((store) => act(store, fresh, record, closes ? id : null)),
      );
      assert.equal(outcomes[0], outcomes[1], `step ${step}`);
      refused += outcomes[0] === "full" ? 1 : 0;
      assert.deepEqual(await state(both[1]), await state(both[0]), `step ${step}`);
    }
    assert.ok(refused > 5, String(refused));
    const { records, stored, kept } = await state(both[0]);
    assert.ok(records.filter((bytes) => bytes > 0).length > 5);
    for (const [key, ids] of [
      [KEYS.records, stored],
      [KEYS.keptRecords, kept],
    ] as const) {
      const { bytes = "0", ...left } = await shared.raw.hgetall(key);
      assert.ok(Object.keys(left).every((id) => ids.includes(id)));
      assert.equal(Number(bytes), Object.values(left).join("").length);
    }
  });
});

/** Saves a threat, or closes another one. */
async function act(
  store: ThreatStore,
  fresh: StoredThreat,
  record: Buffer | undefined,
  id: string | null,
): Promise<string> {
  const before = id === null ? null : await store.get(id);
  try {
    if (before === null) {
      await store.save(fresh, null, undefined, record);
      return "saved";
    }
    const { version } = before;
    const next = decide(decodeThreat(before), { version, status: "resolved" }, "a", AT);
    return await store.replace(encodeThreat(next), before);
  } catch (error) {
    assert.ok(error instanceof StoreFull);
    return "full";
  }
}

for (const kind of ["memory", "redis"] as const) {
  describe(`what the API tells of retention on the ${kind} store`, () => {
    const pod = usePod(kind, { maxStoredThreats: 3, demo: true });
    const list = async (query: string): Promise<readonly string[]> =>
      ((await pod.api.get(`/api/threats?${query}`)).json as { id: string }[]).map(({ id }) => id);

    it("lists what awaits review and what was dropped, counts it, and says 429 when full", async () => {
      const ids: string[] = [];
      for (const scenario of ["geo_impossible", "bot_attack", "critical_threat", "bot_attack"]) {
        ids.unshift((await pod.api.trigger({ scenario })).id);
      }
      assert.deepEqual(await list("review=true"), ids.slice(0, 3));
      assert.deepEqual(await list("review=true&limit=1&offset=1"), ids.slice(1, 2));
      assert.deepEqual(await list("dropped=true"), ids.slice(3));
      assert.equal((await pod.api.get(`/api/threats/${ids[3] ?? ""}`)).status, 200);

      const alert = { customer_name: "Shop" };
      for (const [path, body] of [
        ["/api/threats/trigger", {}],
        ["/api/threats/ingest", alert],
        ["/api/threats/ingest", [alert, alert]],
      ] as const) {
        const { status, headers, json } = await pod.api.post(path, body);
        assert.equal(status, 429, path);
        assert.equal(headers.get("retry-after"), "60");
        assert.match((json as { detail: string }).detail, /^No room .*CRITICAL.*Review some/);
      }
      assert.deepEqual(await list(""), ids.slice(0, 3));
      const figures = (await pod.api.get("/api/analytics")).json as DashboardMetrics;
      assert.deepEqual(figures.dropped, {
        awaiting_review: 1,
        other: 0,
        forgotten: 0,
        by_reason: { count: 1 },
      });
      const { text } = await pod.api.get("/metrics");
      assert.match(
        text,
        /^soc_threats_dropped_total\{awaiting_review="true",severity="\w+",reason="count"\} 1$/m,
      );
      assert.match(text, /^soc_threats_forgotten_total\{reason="age"\} 0$/m);
      assert.match(text, /^soc_threats_requiring_review 3$/m);
    });
  });
}
