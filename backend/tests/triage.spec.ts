import assert from "node:assert/strict";
import type { DashboardMetrics, IngestReport } from "../src/contract/responses.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { decodeThreat, encodeThreat } from "../src/store/documents.js";
import { MemoryStore } from "../src/store/memory.js";
import { RedisStore } from "../src/store/redis.js";
import type { ThreatStore } from "../src/store/store.js";
import { EventFeed } from "../src/server/eventFeed.js";
import { History } from "../src/threats/history.js";
import { decide, succeed } from "../src/threats/triage.js";
import { GUARDDUTY_SAMPLES } from "./support/alerts/guardduty.js";
import { WsClient, type Answer } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { quietLogger, redisAt, type LocalPod } from "./support/pod.js";
import { testRedis, type TestRedis } from "./support/redis.js";
import { usePods } from "./support/stores.js";
import { makeStored, makeThreat } from "./support/threat.js";

const AT = "2026-03-04T05:06:07.000000";

/** One finding of GuardDuty at a minute. */
function finding(severity: number, minute: number, archived = false) {
  const alert = GUARDDUTY_SAMPLES[0]?.alert ?? {};
  const updatedAt = `2026-03-04T05:${String(minute).padStart(2, "0")}:00.000Z`;
  return { ...alert, severity, updatedAt, service: { ...(alert["service"] as object), archived } };
}

for (const [kind, podCount] of [
  ["memory", 1],
  ["redis", 3],
] as const) {
  describe(`decisions of people, ${podCount} pod(s) on the ${kind} store`, () => {
    const lines: string[] = [];
    const { pods } = usePods(kind, podCount, { demo: true, logLevel: "fatal" }, lines);

    beforeEach(() => pod(0).api.post("/api/demo/reset", ""));

    const pod = (index: number): LocalPod => pods[index % podCount] as LocalPod;

    const threatOf = (answer: Answer): ThreatAnalysis => {
      assert.equal(answer.status, 200, answer.text);
      return answer.json as ThreatAnalysis;
    };

    const waiting = async (index: number): Promise<number> =>
      ((await pod(index).api.get("/api/analytics")).json as DashboardMetrics)
        .threats_requiring_review;

    it("are the same for all pods at once, and for all who look", async () => {
      const { id } = await pod(0).api.trigger({ scenario: "critical_threat" });
      // Each pod has it in its memory now, as it was.
      for (const index of pods.keys()) {
        assert.equal(await waiting(index), 1);
      }
      const clients = await Promise.all(pods.map(({ api }) => WsClient.connect(api.port)));
      const taken = threatOf(
        await pod(1).api.patch(id, { version: 1, status: "analyzing", assignee: " Ada " }),
      );
      assert.deepEqual(
        [taken.status, taken.assignee, taken.version, taken.requires_human_review],
        ["analyzing", "Ada", 2, true],
      );
      const { status: how, assignee: whose } = taken.decisions;
      assert.deepEqual(
        [how?.by, whose?.by, Object.keys(taken.decisions).length],
        ["unknown", "unknown", 2],
      );
      const closed = threatOf(
        await pod(2).api.patch(id, { version: 2, status: "resolved", note: "Patched" }),
      );
      assert.deepEqual(
        [closed.status, closed.version, closed.requires_human_review, closed.review_reason],
        ["resolved", 3, false, null],
      );
      for (const [index, { api }] of pods.entries()) {
        assert.equal(await waiting(index), 0);
        assert.deepEqual(threatOf(await api.get(`/api/threats/${id}`)), closed);
        assert.deepEqual((await api.get("/api/threats")).json, [closed]);
      }
      for (const client of clients) {
        await eventually(() => client.messages.length >= 3, "two updates");
        assert.deepEqual(
          client.messages.slice(1).map(({ type, data }) => [type, data]),
          [
            ["threat_updated", taken],
            ["threat_updated", closed],
          ],
        );
        await client.close();
      }
    });

    it("are refused for a version that is gone, with what is there", async () => {
      const { id } = await pod(0).api.trigger();
      const first = threatOf(await pod(1).api.patch(id, { version: 1, note: "mine" }));
      const late = await pod(2).api.patch(id, { version: 1, note: "yours" });
      assert.equal(late.status, 409);
      assert.deepEqual(late.json, {
        detail: "The threat has version 2 by now, not 1",
        threat: first,
      });
      assert.equal((await pod(0).api.patch("none", { version: 1, note: "x" })).status, 404);
    });

    it("are taken once though many decide at once", async () => {
      const { id } = await pod(0).api.trigger();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          pod(index).api.patch(id, { version: 1, note: `by ${index}` }),
        ),
      );
      const taken = answers.filter(({ status }) => status === 200);
      assert.equal(taken.length, 1);
      assert.deepEqual(
        answers.filter(({ status }) => status !== 409),
        taken,
      );
      for (const { api } of pods) {
        assert.equal((await api.get(`/api/threats/${id}`)).text, taken[0]?.text);
      }
    });

    it("are lines of the log at any level", async () => {
      const { id } = await pod(0).api.trigger();
      lines.length = 0;
      await pod(0).api.patch(id, { version: 1, status: "false_positive", note: "A test" });
      await pod(0).api.patch(id, { version: 1, note: "too late" });
      const [line, ...others] = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
      assert.deepEqual(others, []);
      const { logger_name, message, by, address, threat_id, decisions } = line ?? {};
      assert.deepEqual(
        { logger_name, message, by, address, threat_id, decisions },
        {
          logger_name: "soc_agent.audit",
          message: "Threat decided",
          by: "unknown",
          address: "127.0.0.1",
          threat_id: id,
          decisions: { status: "false_positive", note: "A test" },
        },
      );
    });

    it("outlast what the source says later", async () => {
      const send = async (alert: object): Promise<string> => {
        const { json } = await pod(1).api.post("/api/threats/ingest/guardduty", [alert]);
        return (json as IngestReport).results[0]?.id ?? "";
      };
      const id = await send(finding(2, 10));
      await pod(0).api.patch(id, { version: 1, status: "resolved", note: "Known scanner" });
      await send(finding(9, 20));
      const worse = threatOf(await pod(2).api.get(`/api/threats/${id}`));
      assert.deepEqual(
        [worse.status, worse.note, worse.version, worse.requires_human_review],
        ["resolved", "Known scanner", 3, false],
      );
      assert.notEqual(worse.severity, "LOW");
      const open = threatOf(await pod(1).api.patch(id, { version: 3, status: "analyzing" }));
      assert.equal(open.requires_human_review, true);
      await send(finding(9, 30, true));
      const over = threatOf(await pod(0).api.get(`/api/threats/${id}`));
      assert.deepEqual([over.status, over.requires_human_review], ["analyzing", true]);
    });

    it("and newer alerts at the same time lose nothing", async () => {
      const send = (alert: object) => pod(0).api.post("/api/threats/ingest/guardduty", [alert]);
      const { json } = await send(finding(2, 0));
      const id = (json as IngestReport).results[0]?.id ?? "";
      let asked = true;
      let notes = 0;
      const alerts = (async () => {
        for (let minute = 1; minute <= 40; minute += 1) {
          await send(finding(9, minute));
          if (minute % 8 === 0) {
            // Alerts that follow each other closely could leave no version long enough to be decided of.
            const before = notes;
            await eventually(() => notes > before, "a decision between alerts");
          }
        }
        asked = false;
      })();
      while (asked) {
        const { version } = threatOf(await pod(1).api.get(`/api/threats/${id}`));
        const { status } = await pod(1 + notes).api.patch(id, { version, note: `${notes + 1}` });
        notes += status === 200 ? 1 : 0;
      }
      await alerts;
      const end = threatOf(await pod(2).api.get(`/api/threats/${id}`));
      assert.ok(notes >= 5);
      assert.deepEqual([end.note, end.version], [String(notes), 1 + 40 + notes]);
    });
  });
}

describe("the stores, of a threat that changes", () => {
  let redis: TestRedis;
  let shared: RedisStore;
  let other: RedisStore;

  before(async function () {
    redis = await testRedis(this);
    // Neither is told of changes, as if events were lost.
    shared = new RedisStore(redisAt(redis.url), { threats: 2 }, quietLogger());
    other = new RedisStore(redisAt(redis.url), { threats: 2 }, quietLogger());
    await eventually(() => shared.connected && other.connected, "connections");
  });

  after(async () => {
    await shared?.close();
    await other?.close();
    await redis?.release();
  });

  it("say no where something else is stored, and keep none that was forgotten", async () => {
    const memory = new MemoryStore({ threats: 2 });
    for (const store of [memory, shared] as readonly ThreatStore[]) {
      const [one, two] = [await makeStored("one"), await makeStored("one", "geo_anomaly")];
      await store.save(one);
      assert.equal(await store.replace(two, two), "changed");
      assert.equal(await store.replace(two, null), "changed");
      assert.equal(await store.replace(two, one), "stored");
      assert.equal(await store.replace(two, one), "changed");
      await store.save(await makeStored("later"));
      await store.save(await makeStored("last"));
      assert.equal(await store.replace(one, two), "changed");
      const ids = (await store.list(10, 0)).map(({ id }) => id);
      assert.deepEqual(ids, ["last", "later"]);
    }
  });

  it("count what is stored, without having been told", async () => {
    const threat = { ...(await makeThreat("counted")), requires_human_review: true };
    await shared.reset();
    const { waiting } = await other.figures();
    const stored = encodeThreat(threat);
    await shared.save(stored);
    assert.equal((await other.figures()).waiting, waiting + 1);
    const next = decide(threat, { version: 1, status: "resolved" }, "x", AT);
    await shared.replace(encodeThreat(next), stored);
    assert.equal((await other.figures()).waiting, waiting);
  });
});

describe("clients that stay while events are lost", () => {
  it("get what was changed meanwhile, once", async () => {
    const sent: unknown[] = [];
    const feed = new EventFeed(
      new History(10),
      {
        broadcast: ({ id }) => void sent.push(["new", id]),
        broadcastUpdate: ({ id, version }) => void sent.push(["update", id, version]),
        restart: () => undefined,
      },
      { received: (_id, _parent, work) => work() },
      { delivered: () => undefined },
    );
    const [old, same] = [await makeThreat("changed"), await makeStored("same")];
    feed.onThreat(same, null);
    feed.onThreat(encodeThreat(old), null);
    const changed = encodeThreat(decide(old, { version: 1, note: "x" }, "a", AT));
    feed.onLive([changed, same]);
    feed.onLive([changed, same]);
    assert.deepEqual(sent, [
      ["new", "same"],
      ["new", "changed"],
      ["update", "changed", 2],
    ]);
  });
});

describe("a person's decision", () => {
  it("keeps what it does not name, and says who it was for each field", async () => {
    const fresh = await makeThreat("t");
    const first = decide(fresh, { version: 1, assignee: "Ada", confirmed: true }, "a", AT);
    const second = decide(first, { version: 2, note: "x" }, "b", "later");
    assert.deepEqual(
      [second.assignee, second.note, second.confirmed, second.status, second.version],
      ["Ada", "x", true, fresh.status, 3],
    );
    assert.deepEqual(second.decisions, {
      assignee: { by: "a", at: AT },
      confirmed: { by: "a", at: AT },
      note: { by: "b", at: "later" },
    });
    assert.equal(second.requires_human_review, fresh.requires_human_review);
    assert.equal(decide(second, { version: 3, assignee: null }, "a", AT).assignee, null);
  });

  it("takes a threat for real or for false, never for both", async () => {
    const fresh = await makeThreat("t");
    const real = decide(fresh, { version: 1, confirmed: true }, "a", AT);
    const wrong = decide(real, { version: 2, status: "false_positive" }, "a", AT);
    assert.deepEqual([wrong.status, wrong.confirmed], ["false_positive", false]);
    const again = decide(wrong, { version: 3, confirmed: true }, "a", AT);
    assert.deepEqual(
      [again.status, again.confirmed, again.requires_human_review],
      ["analyzing", true, true],
    );
  });

  it("leaves to the source what no person has decided", async () => {
    const before = decide(await makeThreat("t"), { version: 1, note: "mine" }, "a", AT);
    const fresh: ThreatAnalysis = { ...(await makeThreat("t")), status: "resolved" };
    const after = succeed(fresh, before);
    assert.deepEqual([after.status, after.note, after.version], ["resolved", "mine", 3]);
  });

  it("is possible of a threat that a backend without triage has stored", async () => {
    const { version, assignee, note, confirmed, decisions, ...old } = await makeThreat("t");
    const stored = encodeThreat(old as ThreatAnalysis);
    assert.equal(stored.version, 1);
    const whole = decodeThreat(stored);
    assert.deepEqual(whole, { ...old, version, assignee, note, confirmed, decisions });
    assert.deepEqual(Object.keys(whole).slice(0, 2), ["id", "signal"]);
  });
});
