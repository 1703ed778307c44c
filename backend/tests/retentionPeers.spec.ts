import assert from "node:assert/strict";
import { decodeThreat, encodeThreat } from "../src/store/documents.js";
import { KEYS, RETENTION_OWN } from "../src/store/keys.js";
import { boundsOf } from "../src/store/retention.js";
import { STORE } from "../src/store/retentionScripts.js";
import { decide, UNTOUCHED } from "../src/threats/triage.js";
import { droppedOf, idsOf, useStores } from "./support/retention.js";
import { makeHalved, makeRanked, makeRecord, makeThreat } from "./support/threat.js";

const AT = "2026-03-04T05:06:07.000000";

describe("retention beside backends that know nothing of it", () => {
  const stores = useStores("redis");

  /** As a backend without triage saves. */
  const saveAsOthers = async (id: string, seconds = 0): Promise<void> => {
    const untouched = Object.keys(UNTOUCHED);
    const known = Object.entries(await makeThreat(id)).filter(([key]) => !untouched.includes(key));
    await stores.raw.incr(KEYS.total);
    await stores.raw.set(KEYS.threat(id), JSON.stringify(Object.fromEntries(known)));
    await stores.raw.zadd(KEYS.index, Date.now() / 1000 + seconds, id);
  };

  it("takes over what is there, and what comes", async () => {
    await saveAsOthers("before");
    const store = await stores.open({ threats: 10 });
    assert.deepEqual(await idsOf(store, "waiting"), ["before"]);
    await saveAsOthers("beside", 1);
    await store.save(await makeRanked("own", "LOW", false, 2));
    const { total, threats, waiting, byType } = await store.figures();
    assert.deepEqual([total, threats, waiting, byType], [3, 3, 2, { bot_traffic: 3 }]);
  });

  it("takes back what they cut off the list, and counts what they delete", async () => {
    const store = await stores.open({ threats: 10 });
    for (const [index, id] of ["a", "b", "c"].entries()) {
      await store.save(await makeRanked(id, "HIGH", true, index));
    }
    await stores.raw.zremrangebyrank(KEYS.index, 0, 1);
    await stores.raw.del(KEYS.threat("b"));
    assert.equal((await store.figures()).threats, 2);
    assert.deepEqual(await idsOf(store), ["c", "a"]);
    assert.deepEqual(await droppedOf(store), { "awaiting HIGH elsewhere": 1 });
  });

  it("keeps within its bounds with what they write, and drops first what cannot be read", async () => {
    const store = await stores.open({ threats: 2 });
    await stores.raw.set(KEYS.threat("broken"), "{");
    await stores.raw.zadd(KEYS.index, Date.now(), "broken", Date.now(), "missing");
    for (const [index, id] of ["a", "b", "c"].entries()) {
      await saveAsOthers(id, index);
    }
    assert.equal((await store.figures()).threats, 2);
    assert.deepEqual(await idsOf(store), ["c", "b"]);
    assert.equal(await stores.raw.exists(KEYS.threat("broken")), 0);
  });

  it("knows what they have changed once it looks", async () => {
    const store = await stores.open({ threats: 10 });
    const open = await makeRanked("open", "HIGH", true);
    await store.save(open);
    const closed = decide(decodeThreat(open), { version: 1, status: "resolved" }, "a", AT);
    await stores.raw.set(KEYS.threat("open"), JSON.stringify(closed));
    await stores.raw.hset(KEYS.versions, "open", 2);
    const next = await stores.open({ threats: 10 });
    assert.equal((await next.figures()).waiting, 0);
  });

  it("keeps a decision of what they have stored anew after it was dropped", async () => {
    const store = await stores.open({ threats: 1 });
    await store.save(await makeRanked("a", "LOW", true));
    await store.save(await makeRanked("b", "HIGH", true, 1));
    assert.deepEqual(await idsOf(store, "dropped"), ["a"]);
    const anew = await makeRanked("a", "CRITICAL", true, 2);
    await stores.raw.set(KEYS.threat("a"), anew.json);
    await stores.raw.zadd(KEYS.index, Date.now() / 1000, "a");
    const closed = encodeThreat(
      decide(decodeThreat(anew), { version: 1, note: "seen" }, "Ada", AT),
    );
    assert.equal(await store.replace(closed, anew), "stored");
    assert.deepEqual((await store.get("a"))?.json, closed.json);
    assert.deepEqual((await store.list(10, 0)).find(({ id }) => id === "a")?.json, closed.json);
    assert.deepEqual(await idsOf(store, "dropped"), ["b"]);
  });

  it("drops the records of what they drop, and moves those of what they keep", async () => {
    const store = await stores.open({ threats: 3, kept: 2 });
    const ranks = [
      ["a", false],
      ["b", true],
      ["c", true],
      ["d", true],
      ["e", true],
    ] as const;
    for (const [index, [id, review]] of ranks.entries()) {
      const threat = await makeRanked(id, "LOW", review, index);
      await store.save(threat, null, undefined, Buffer.from(`of ${id}`));
    }
    assert.deepEqual(await idsOf(store, "dropped"), ["b"]);
    const { raw } = stores;
    const recorded = async () => ({
      stored: await raw.hgetall(KEYS.records),
      kept: await raw.hgetall(KEYS.keptRecords),
    });
    const stored = { c: "of c", d: "of d", e: "of e", bytes: "12" };
    assert.deepEqual(await recorded(), { stored, kept: { b: "of b", bytes: "4" } });
    // As backends do that keep dropped threats, and no records: one goes, one is kept, one is forgotten.
    await raw.del(KEYS.threat("c"), KEYS.threat("d"));
    for (const key of [KEYS.index, KEYS.order, KEYS.waiting, KEYS.times]) {
      await raw.zrem(key, "c", "d");
    }
    await raw.hdel(KEYS.summaries, "c", "d");
    await raw.hset(KEYS.documents, "d", (await makeRanked("d", "LOW", true)).json);
    await raw.zadd(KEYS.dropped, Date.now() / 1000, "d");
    await raw.hdel(KEYS.documents, "b");
    await raw.zrem(KEYS.dropped, "b");
    await stores.open({ threats: 3, kept: 2 });
    const left = { stored: { e: "of e", bytes: "4" }, kept: { d: "of d", bytes: "4" } };
    assert.deepEqual(await recorded(), left);
    assert.deepEqual((await store.record("d"))?.toString(), "of d");
  });

  it("goes live beside what they write that others cannot read", async () => {
    const { json } = await makeHalved("halved");
    const threat = await makeThreat("odd");
    const documents = {
      halved: json.toString(),
      decided: JSON.stringify({ ...threat, id: "decided", decisions: null }),
      endless: JSON.stringify({ ...threat, id: "endless" }).replace(
        /("total_processing_time_ms":)\d+/,
        "$11e999",
      ),
      sound: JSON.stringify({ ...threat, id: "sound" }),
    };
    for (const [id, document] of Object.entries(documents)) {
      await stores.raw.incr(KEYS.total);
      await stores.raw.set(KEYS.threat(id), document);
      await stores.raw.zadd(KEYS.index, Date.now() / 1000, id);
    }
    const store = await stores.open({ threats: 10 });
    const { total, threats, byType } = await store.figures();
    assert.deepEqual([total, threats, byType], [4, 4, { bot_traffic: 3 }]);
    assert.deepEqual((await idsOf(store)).toSorted(), ["endless", "halved", "sound"]);
  });

  it("writes nothing of what the scripts cannot read", async () => {
    const store = await stores.open({ threats: 10 });
    const bounds = JSON.stringify({ threats: 10, bytes: 1e6, seconds: 60, now: 0 });
    const args = [bounds, "a", "{}", 0, 0, '{"customer":"\\ud83d"}', "channel", 1, "any"];
    await assert.rejects(stores.raw.eval(STORE, 0, ...args), /unicode/);
    assert.deepEqual(await idsOf(store), []);
    assert.equal(await stores.raw.exists(KEYS.threat("a")), 0);
    assert.equal(await stores.raw.get(KEYS.total), "0");
  });

  it("begins anew where they have removed everything", async () => {
    const store = await stores.open({ threats: 2 });
    for (const [index, id] of ["a", "b", "c"].entries()) {
      await store.save(await makeRanked(id, "LOW", true, index));
    }
    await stores.raw.del(KEYS.index, KEYS.total, ...["a", "b", "c"].map(KEYS.threat));
    await store.save(await makeRanked("d", "LOW", true));
    const { total, threats, dropped } = await store.figures();
    assert.deepEqual([total, threats, dropped], [1, 1, []]);
    assert.equal(await store.get("a"), null);
  });

  it("has no key that Redis may evict, and leaves none after a reset", async () => {
    const store = await stores.open({ threats: 1 });
    const record = Buffer.from("record");
    await store.save(await makeRanked("a", "LOW", true), null, undefined, record);
    await store.save(await makeRanked("b", "HIGH", true, 1), null, undefined, record);
    const keys = [...RETENTION_OWN, KEYS.index, KEYS.total, KEYS.threat("b")];
    assert.deepEqual(
      await Promise.all(keys.map((key) => stores.raw.ttl(key))),
      keys.map(() => -1),
    );
    await store.reset();
    assert.equal(await stores.raw.exists(...keys), 0);
  });

  it("loses none of 100 high and critical ones in a flood of 10,000 low ones", async () => {
    const all = boundsOf({ threats: 12_000 });
    const store = await stores.open({
      ...{ threats: all.threats / 100, kept: all.kept / 100 },
      ...{ bytes: all.bytes / 100, keptBytes: all.keptBytes / 100 },
    });
    const low = await makeThreat("low");
    const record = await makeRecord();
    const waiting = new Set<string>();
    for (let index = 0; index < 100; index += 1) {
      const id = `waiting-${index}`;
      waiting.add(id);
      const matters = await makeRanked(id, index % 2 ? "HIGH" : "CRITICAL", true, -index);
      await store.save(matters, null, undefined, record);
      const flood = Array.from({ length: 100 }, (_, at) => ({
        ...low,
        ...{
          id: `low-${index}-${at}`,
          severity: "LOW" as const,
          requires_human_review: at % 2 > 0,
        },
      }));
      await Promise.all(
        flood.map((threat) => store.save(encodeThreat(threat), null, undefined, record)),
      );
    }
    const { total, threats } = await store.figures();
    assert.equal(total, 10_100);
    assert.ok(threats > 100 && threats <= 120, `${threats} threats`);
    const left = await store.list(200, 0, "waiting");
    assert.equal(left.filter(({ id }) => waiting.has(id)).length, 100);
    assert.equal(await stores.raw.hlen(KEYS.records), threats + 1);
  }).timeout(120_000);
});
