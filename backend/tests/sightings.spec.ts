import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { between, pick, seededRandom } from "../src/base/random.js";
import type { DashboardMetrics, IngestReport } from "../src/contract/responses.js";
import type { ThreatSignal } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { digestOf, identityOf } from "../src/ingest/identity.js";
import { MemoryStore } from "../src/store/memory.js";
import { RedisStore } from "../src/store/redis.js";
import type { StoredThreat } from "../src/store/documents.js";
import { LEASE_MS, sight, type Seen, type Sighting } from "../src/store/sightings.js";
import type { ThreatStore } from "../src/store/store.js";
import { FALCO_SAMPLES } from "./support/alerts/falco.js";
import { GUARDDUTY_SAMPLES } from "./support/alerts/guardduty.js";
import { OCSF_SAMPLES } from "./support/alerts/ocsf.js";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { quietLogger, redisAt, type LocalPod } from "./support/pod.js";
import { testRedis, type TestRedis } from "./support/redis.js";
import { usePods } from "./support/stores.js";
import { makeStored } from "./support/threat.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const INGEST = "/api/threats/ingest";

/** A finding of GuardDuty that came so many times, the last time at a minute. */
function finding(severity: number, minute: number, count: number, archived = false) {
  const alert = GUARDDUTY_SAMPLES[0]?.alert ?? {};
  const at = `2026-03-04T05:${String(minute).padStart(2, "0")}:00.000Z`;
  const service = alert["service"] as object;
  return { ...alert, severity, updatedAt: at, service: { ...service, count, archived } };
}

for (const [kind, podCount] of [
  ["memory", 1],
  ["redis", 3],
] as const) {
  describe(`alerts that come again, ${podCount} pod(s) on the ${kind} store`, () => {
    const { pods } = usePods(kind, podCount, { demo: true });

    beforeEach(() => pod(0).api.post("/api/demo/reset", ""));

    /** One pod after the other, around and around. */
    const pod = (index: number): LocalPod => pods[index % podCount] as LocalPod;

    /** Sends alerts as one batch: what became of the last one. */
    const send = async (index: number, source: string, ...alerts: readonly object[]) => {
      const answer = await pod(index).api.post(`${INGEST}/${source}`, alerts);
      assert.equal(answer.status, 202, answer.text);
      const last = (answer.json as IngestReport).results.at(-1);
      assert.ok(last !== undefined);
      return last;
    };

    const threatAt = async (index: number, id: string | null): Promise<ThreatAnalysis> =>
      (await pod(index).api.get(`/api/threats/${id ?? ""}`)).json as ThreatAnalysis;

    const stored = async (index: number): Promise<readonly ThreatAnalysis[]> =>
      (await pod(index).api.get("/api/threats?limit=100")).json as ThreatAnalysis[];

    const total = async (): Promise<number> =>
      ((await pod(1).api.get("/api/analytics")).json as DashboardMetrics).total_threats;

    it("count, and change nothing else", async () => {
      const first = await send(0, "wazuh", WAZUH_ALERT);
      const before = (await pod(0).api.get(`/api/threats/${first.id ?? ""}`)).text;
      for (let time = 2; time <= 4; time += 1) {
        const again = await send(time, "wazuh", WAZUH_ALERT);
        assert.deepEqual(again, { ...first, status: "duplicate", count: time });
      }
      const { status, json } = await pod(1).api.post(`${INGEST}/wazuh`, WAZUH_ALERT);
      assert.equal(status, 202);
      assert.deepEqual((json as ThreatSignal).id, (JSON.parse(before) as ThreatAnalysis).signal.id);
      assert.equal((await pod(2).api.get(`/api/threats/${first.id ?? ""}`)).text, before);
      assert.equal(await total(), 1);
    });

    it("are the same whatever the order of their keys, and others with another value", async () => {
      const [shell] = FALCO_SAMPLES.map(({ alert }) => alert);
      const turned = Object.fromEntries(Object.entries(shell ?? {}).reverse());
      const first = await send(0, "falco", shell ?? {});
      assert.equal((await send(1, "falco", turned)).id, first.id);
      const other = await send(2, "falco", { ...shell, time: "2026-03-04T05:06:08Z" });
      assert.deepEqual([other.status, other.count], ["accepted", 1]);
    });

    it("are two where two managers have one id, or none has a name", async () => {
      const named = (name?: string) => ({ ...WAZUH_ALERT, manager: name && { name } });
      const ids = await Promise.all(
        [named("a"), named("b"), named()].map((alert, index) => send(index, "wazuh", alert)),
      );
      assert.deepEqual(
        ids.map(({ status }) => status),
        ["accepted", "accepted", "accepted"],
      );
      await send(0, INGEST.slice(0, 0), { customer_name: "Shop" }, { customer_name: "Shop" });
      assert.equal(await total(), 5);
    });

    it("are one though three pods get them at once", async () => {
      const all = await Promise.all(
        Array.from({ length: 12 }, (_, index) => send(index, "wazuh", WAZUH_ALERT)),
      );
      const accepted = all.filter(({ status }) => status === "accepted");
      assert.equal(accepted.length, 1);
      assert.deepEqual(new Set(all.map(({ id }) => id)).size, 1);
      assert.deepEqual(
        all.map(({ count }) => count).sort((a, b) => a - b),
        Array.from({ length: 12 }, (_, index) => index + 1),
      );
      assert.equal((await stored(1)).length, 1);
      assert.equal(await total(), 1);
    });

    it("update the threat and its clients when they are newer, and not when they are older", async () => {
      const first = await send(0, "guardduty", finding(2, 10, 1));
      const other = await send(0, "guardduty", { ...finding(2, 11, 1), id: "another" });
      assert.equal((await threatAt(1, first.id)).severity, "LOW");
      const before = await threatAt(0, first.id);
      const { severity: otherSeverity } = await threatAt(0, other.id);
      await Promise.all(pods.map(({ api }) => api.get("/api/analytics")));
      const clients = await Promise.all(pods.map(({ api }) => WsClient.connect(api.port)));

      const newer = await send(1, "guardduty", finding(8, 20, 2));
      assert.deepEqual(newer, { ...first, count: 2 });
      const older = await send(2, "guardduty", finding(2, 15, 1));
      assert.deepEqual([older.status, older.count], ["duplicate", 3]);

      for (const [index, client] of clients.entries()) {
        await eventually(() => client.messages.length >= 2, "an update");
        const update = client.messages[1];
        const { id, severity } = update?.data as ThreatAnalysis;
        assert.deepEqual([update?.type, id, severity], ["threat_updated", first.id, "HIGH"]);
        const after = await threatAt(index, first.id);
        assert.equal(after.severity, "HIGH");
        assert.equal(after.created_at, before.created_at);
        assert.deepEqual(
          (await stored(index)).map(({ id: one, severity: level }) => [one, level]),
          [
            [other.id, otherSeverity],
            [first.id, "HIGH"],
          ],
        );
        const { json } = await pod(index).api.get("/api/analytics");
        assert.deepEqual((json as DashboardMetrics).threats_by_severity, {
          HIGH: 1,
          [otherSeverity]: 1,
        });
        await client.close();
      }
      assert.equal(await total(), 2);
    });

    it("close the threat when their source does", async () => {
      const open = await send(0, "guardduty", finding(9, 10, 1));
      assert.equal((await threatAt(0, open.id)).requires_human_review, true);
      const closed = await send(1, "guardduty", finding(9, 10, 1, true));
      assert.equal(closed.id, open.id);
      const threat = await threatAt(2, open.id);
      assert.deepEqual(
        [threat.status, threat.requires_human_review, threat.review_reason],
        ["resolved", false, null],
      );

      const ocsf = OCSF_SAMPLES[0]?.alert ?? {};
      const first = await send(0, "ocsf", ocsf);
      assert.equal((await threatAt(0, first.id)).status, "completed");
      await send(1, "ocsf", { ...ocsf, activity_id: 3 });
      assert.equal((await threatAt(2, first.id)).status, "resolved");
      assert.equal((await send(2, "ocsf", ocsf)).status, "duplicate");
      assert.equal((await threatAt(1, first.id)).status, "resolved");
    });

    it("are new after a reset", async () => {
      await send(0, "wazuh", WAZUH_ALERT);
      await pod(1).api.post("/api/demo/reset", "");
      const again = await send(2, "wazuh", WAZUH_ALERT);
      assert.deepEqual([again.status, again.count], ["accepted", 1]);
      assert.equal((await stored(0)).length, 1);
    });
  });
}

describe("what is remembered of an alert", () => {
  const identity = (version: string) => ({ key: "k", version });
  const see = (seen: Seen | undefined, version: string, now: number) =>
    sight(seen, identity(version), "id", now);

  it("is given to the next one once whoever had it is lost", () => {
    const first = see(undefined, "1", 0);
    assert.equal(first.sighting.kind, "new");
    assert.equal(see(first.seen, "1", LEASE_MS).sighting.kind, "again");
    assert.equal(see(first.seen, "1", LEASE_MS + 1).sighting.kind, "new");
    const { lease: _, ...saved } = { ...first.seen, stored: "1" };
    assert.equal(see(saved, "1", LEASE_MS + 1).sighting.kind, "again");
    const newer = see(saved, "2", 0);
    assert.equal(newer.sighting.kind, "newer");
    assert.equal(see(newer.seen, "2", 1).sighting.kind, "again");
    assert.equal(see(newer.seen, "2", LEASE_MS + 1).sighting.kind, "newer");
    assert.equal(see(newer.seen, "1", LEASE_MS + 1).sighting.kind, "again");
  });

  it("is named by all that names it, and sorts by time and count", () => {
    const version = (...parts: (string | number | undefined)[]): string =>
      identityOf("s", { name: ["a"], version: parts }).version;
    assert.ok(
      version("2026-03-04T05:06:07.000000Z", 9) < version("2026-03-04T05:06:07.000000", 10),
    );
    assert.ok(version("2026-03-04T05:06:07.000000", 10) < version("2026-03-04T05:06:08.000000", 1));
    assert.equal(version(undefined), "");
    const keys = [["a"], ["a", "b"], ["a,b"], [undefined, "a"], ["a", undefined]].map(
      (name) => identityOf("s", { name }).key,
    );
    assert.equal(new Set(keys).size, keys.length);
    assert.notEqual(identityOf("s", { name: ["a"] }).key, identityOf("t", { name: ["a"] }).key);
    assert.equal(digestOf({ a: [{ b: 1, c: 2 }] }), digestOf({ a: [{ c: 2, b: 1 }] }));
    assert.notEqual(digestOf({ a: [1, 2] }), digestOf({ a: [2, 1] }));
  });
});

describe("an alert that could not be saved", () => {
  it("is no duplicate when it comes again", async () => {
    const store = new MemoryStore({ threats: 10 });
    const identity = { key: "k", version: "1" };
    const first = await store.see(identity, "a");
    assert.equal((await store.see(identity, "b")).kind, "again");
    await store.unsee(first);
    const { kind, id } = await store.see(identity, "c");
    assert.deepEqual([kind, id], ["new", "a"]);
  });
});

/** As the service does. */
async function keep(store: ThreatStore, threat: StoredThreat, sighting: Sighting): Promise<void> {
  await (sighting.kind === "newer"
    ? store.replace(threat, await store.get(threat.id), sighting)
    : store.save(threat, null, sighting));
}

describe("the two stores' memory of alerts", () => {
  let redis: TestRedis;
  let shared: RedisStore;

  before(async function () {
    redis = await testRedis(this);
    shared = new RedisStore(redisAt(redis.url), { threats: 10 }, quietLogger());
    await eventually(() => shared.connected, "a connection");
  });

  after(async () => {
    await shared?.close();
    await redis?.release();
  });

  it("say the same, whatever comes, fails or is saved, in whatever order", async () => {
    const random = seededRandom(2026);
    const memory = new MemoryStore({ threats: 10 });
    const stores: readonly ThreatStore[] = [memory, shared];
    const threat = await makeStored("t");
    let told = 0;
    for (let step = 0; step < 400; step += 1) {
      const key = pick(random, ["a", "b", "c"]);
      const version = String(between(random, 1, step + 2)).padStart(4, "0");
      const id = randomUUID();
      const fate = random.next();
      const kinds: unknown[] = [];
      for (const store of stores) {
        const sighting = await store.see({ key, version }, id);
        kinds.push(sighting);
        if (sighting.kind === "again" || fate < 0.1) {
          continue;
        }
        await (fate < 0.4
          ? store.unsee(sighting)
          : keep(store, { ...threat, id: sighting.id }, sighting));
      }
      assert.deepEqual(kinds[0], kinds[1], `step ${step}`);
      told += (kinds[0] as { kind: string }).kind === "again" ? 0 : 1;
    }
    assert.ok(told > 20 && told < 380, String(told));
  });

  it("keep no version that a newer one has overtaken", async () => {
    for (const store of [new MemoryStore({ threats: 10 }), shared] as readonly ThreatStore[]) {
      const slow = await store.see({ key: "overtaken", version: "1" }, "o");
      const fast = await store.see({ key: "overtaken", version: "2" }, "other");
      assert.deepEqual([fast.kind, fast.id], ["newer", "o"]);
      const [old, recent] = [await makeStored("o", "geo_anomaly"), await makeStored("o")];
      await keep(store, recent, fast);
      await keep(store, old, slow);
      assert.deepEqual((await store.get("o"))?.json, recent.json);
      assert.deepEqual((await store.list(10, 0)).find(({ id }) => id === "o")?.json, recent.json);
    }
  });
});
