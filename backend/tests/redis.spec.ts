import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { encodeThreat, type StoredThreat } from "../src/store/documents.js";
import { CHANNELS, KEYS } from "../src/store/keys.js";
import { connectTimeout } from "../src/store/link.js";
import { RedisStore } from "../src/store/redis.js";
import { StoreUnavailable } from "../src/store/store.js";
import { joinAmidstBurst } from "./support/burst.js";
import { Api, WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { Pod, quietLogger, redisAt, startLocalPod } from "./support/pod.js";
import { clear, freePort, Line, RedisServer, testRedis, type TestRedis } from "./support/redis.js";
import { makeStored, makeThreat } from "./support/threat.js";

/** A store with one subscriber, which keeps the ids of what it hears. */
async function openStore(url: string, maxStored = 100) {
  const store = new RedisStore(redisAt(url), { threats: maxStored }, quietLogger());
  const heard: StoredThreat[] = [];
  store.start({
    onThreat: (threat) => void heard.push(threat),
    onLive: () => undefined,
    onUpdate: () => undefined,
    onReset: () => undefined,
  });
  await eventually(() => store.live, "store is live");
  return { store, heard, ids: () => heard.map((threat) => threat.id) };
}

describe("connectTimeout", () => {
  it("is short for the first attempts of a new pod, whose packets a network policy may still drop", () => {
    assert.deepEqual([1, 4, 5, 100].map(connectTimeout), [500, 500, 2000, 2000]);
  });
});

describe("Redis store", () => {
  let redis: TestRedis;
  let raw: Redis;
  const opened: RedisStore[] = [];

  const open = async (maxStored?: number) => {
    const result = await openStore(redis.url, maxStored);
    opened.push(result.store);
    return result;
  };

  before(async function () {
    redis = await testRedis(this);
    raw = new Redis(redis.url);
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await clear(redis.url);
  });

  after(async () => {
    raw?.disconnect();
    await redis?.release();
  });

  it("saves and retrieves", async () => {
    const { store } = await open();
    const threat = await makeStored("test-threat-123");
    await store.save(threat);
    assert.deepEqual(await store.get("test-threat-123"), threat);
    assert.equal(await store.get("another"), null);
  });

  it("tells a single subscriber", async () => {
    const { store, heard } = await open();
    const threat = await makeStored("single");
    await store.save(threat);
    await eventually(() => heard.length > 0, "event");
    assert.deepEqual(heard, [threat]);
  });

  it("tells subscribers on three stores exactly once", async () => {
    const stores = [await open(), await open(), await open()];
    const threat = await makeStored("cross-pod-test-threat", "rate_limit_breach");
    await stores[0]?.store.save(threat);
    for (const { heard } of stores) {
      await eventually(() => heard.length > 0, "event");
    }
    await stores[0]?.store.save(await makeStored("last"));
    for (const { heard, ids } of stores) {
      await eventually(() => heard.length > 1, "second event");
      assert.deepEqual(ids(), ["cross-pod-test-threat", "last"]);
      assert.deepEqual(heard[0], threat);
    }
  });

  it("keeps the order", async () => {
    const { store, heard, ids } = await open();
    for (const id of ["threat-0", "threat-1", "threat-2"]) {
      await store.save(await makeStored(id));
    }
    await eventually(() => heard.length === 3, "three events");
    assert.deepEqual(ids(), ["threat-0", "threat-1", "threat-2"]);
  });

  it("uses the shared key names, and the time of creation in seconds as score", async () => {
    const { store } = await open();
    const threat = { ...(await makeThreat("a")), created_at: "2026-01-31T12:00:00.250000" };
    await store.save(encodeThreat(threat));
    assert.deepEqual((await raw.keys("threat*")).sort(), [
      "threat:a",
      "threats:by_created",
      "threats:total_count",
    ]);
    assert.equal(await raw.get(KEYS.threat("a")), JSON.stringify(threat));
    assert.equal(await raw.ttl(KEYS.threat("a")), -1);
    assert.equal(
      await raw.zscore(KEYS.index, "a"),
      String(Date.UTC(2026, 0, 31, 12) / 1000 + 0.25),
    );
  });

  it("forgets the oldest with their documents, also when many save at once", async () => {
    const [a, b] = [await open(5), await open(5)];
    const threats = await Promise.all(
      Array.from({ length: 40 }, (_, index) => makeStored(`t-${index}`)),
    );
    await Promise.all(threats.map((threat, index) => (index % 2 ? a : b).store.save(threat)));
    const kept = await raw.zrange(KEYS.index, "0", "-1");
    assert.deepEqual(kept, ["t-35", "t-36", "t-37", "t-38", "t-39"]);
    assert.deepEqual((await raw.keys("threat:*")).sort(), kept.map(KEYS.threat).sort());
    assert.equal(await raw.get(KEYS.total), "40");
  });

  it("skips what is missing or no threat", async () => {
    const { store, heard } = await open();
    await store.save(await makeStored("good"));
    await raw.zadd(KEYS.index, 1, "missing");
    await raw.zadd(KEYS.index, 2, "broken");
    await raw.zadd(KEYS.index, 3, "number");
    await raw.mset(KEYS.threat("broken"), "{", KEYS.threat("number"), "7");
    await raw.publish(CHANNELS.events, "not JSON");
    await raw.publish(CHANNELS.events, '{"id":"no-signal"}');
    assert.deepEqual(
      (await store.list(10, 0)).map((threat) => threat.id),
      ["good"],
    );
    assert.equal(await store.get("broken"), null);
    await store.save(await makeStored("after"));
    await eventually(() => heard.length === 2, "event after the bad ones");
  });

  it("says why it is not available", async () => {
    const store = new RedisStore(
      redisAt(`redis://127.0.0.1:${await freePort()}`),
      { threats: 5 },
      quietLogger(),
    );
    opened.push(store);
    const refused = (error: unknown): boolean =>
      error instanceof StoreUnavailable && error.reason === "no connection to Redis";
    await assert.rejects(store.save(await makeStored("x")), refused);
    await assert.rejects(store.list(1, 0), refused);
    await assert.rejects(store.ping(), refused);
  });
});

describe("three pods on one Redis", () => {
  let redis: TestRedis;
  const pods: Pod[] = [];
  const clients: WsClient[] = [];

  before(async function () {
    redis = await testRedis(this);
    const env = { REDIS_URL: redis.url };
    pods.push(...(await Promise.all([Pod.start(env), Pod.start(env), Pod.start(env)])));
    await Promise.all(pods.map((pod) => pod.api.ready()));
    clients.push(...(await Promise.all(pods.map((pod) => WsClient.connect(pod.api.port)))));
  });

  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(pods.map((pod) => pod.kill()));
    await redis?.release();
  });

  it("a trigger on one reaches the clients of all, exactly once and in order", async () => {
    const ids: string[] = [];
    for (const pod of [pods[0], pods[0], pods[1], pods[0], pods[2]]) {
      ids.push((await pod?.api.trigger())?.id ?? "");
    }
    for (const client of clients) {
      await client.received(ids.length);
      assert.deepEqual(client.events, ids);
    }
  });

  it("all serve the same list and the same threat", async () => {
    const threat = await pods[0]?.api.trigger({ scenario: "bot_attack" });
    for (const pod of pods) {
      assert.deepEqual((await pod.api.get(`/api/threats/${threat?.id ?? ""}`)).json, threat);
      assert.deepEqual((await pod.api.get("/api/threats?limit=1")).json, [threat]);
    }
  });

  it("many triggers at once on all pods arrive everywhere exactly once, in one order", async () => {
    clients.forEach((client) => client.messages.splice(0));
    const triggers = Array.from({ length: 20 }, () => pods.map((pod) => pod.api.trigger()));
    const ids = (await Promise.all(triggers.flat())).map(({ id }) => id);
    for (const client of clients) {
      await client.received(ids.length);
      assert.deepEqual([...client.events].sort(), [...ids].sort());
      assert.deepEqual(client.events, clients[0]?.events);
    }
  });

  it("a client that comes amidst a burst misses nothing and gets nothing twice", async () => {
    await clear(redis.url);
    await joinAmidstBurst(pods.map((pod) => pod.api));
  });
});

describe("loss of Redis", () => {
  let redis: TestRedis;
  let server: RedisServer;
  const cleanups: (() => Promise<unknown> | void)[] = [];

  const localPod = async (redisUrl: string): Promise<Api> => {
    const { app, api } = await startLocalPod({ redis: redisAt(redisUrl) });
    cleanups.push(() => app.close());
    return api;
  };
  const startPod = async (env: Readonly<Record<string, string>>): Promise<Pod> => {
    const pod = await Pod.start(env);
    cleanups.push(() => pod.kill());
    return pod;
  };
  const newServer = async (): Promise<RedisServer> => {
    const another = new RedisServer(await freePort());
    cleanups.push(() => another.stop());
    return another;
  };

  before(async function () {
    redis = await testRedis(this, true);
    assert.ok(redis.server !== null);
    server = redis.server;
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  });

  after(() => redis?.release());

  const unavailable = async (api: Api): Promise<void> => {
    await eventually(async () => (await api.get("/ready")).status === 503, "not ready");
    const ready = (await api.get("/ready")).json as { status: string; reason: string };
    assert.deepEqual([ready.status, ready.reason], ["not_ready", "Components not ready: redis"]);
    for (const call of [
      () => api.get("/api/threats"),
      () => api.get("/api/threats/some-id"),
      () => api.post("/api/threats/trigger", {}),
    ]) {
      const started = performance.now();
      const { status, json, headers } = await call();
      assert.equal(status, 503);
      assert.equal((json as { detail: string }).detail, "Threat store unavailable");
      assert.match((json as { reason: string }).reason, /Redis/);
      assert.equal(headers.get("retry-after"), "1");
      assert.ok(performance.now() - started < 2500, "answers within a bounded time");
    }
    assert.equal((await api.get("/health")).status, 200);
    assert.equal((await api.get("/metrics")).status, 200);
  };

  it("a stop is answered with 503, a restart is recovered from, events flow again", async () => {
    const api = await localPod(server.url);
    const client = await WsClient.connect(api.port);
    await api.trigger();
    await client.received(1);
    await server.stop();
    await unavailable(api);
    await server.start();
    await api.ready();
    const threat = await api.trigger();
    await client.received(2);
    assert.equal(client.events[1], threat.id, "the client that stayed gets the event");
    assert.equal(client.closeCode, null);
  });

  it("a Redis that hangs is answered with 503 within a bounded time, and recovered from", async () => {
    const api = await localPod(server.url);
    server.freeze();
    try {
      await unavailable(api);
    } finally {
      server.thaw();
    }
    await api.ready();
    await api.trigger();
  });

  it("a start without Redis waits for it", async () => {
    const late = await newServer();
    const pod = await startPod({ REDIS_URL: late.url });
    await unavailable(pod.api);
    const client = WsClient.open(pod.api.port);
    await eventually(() => client.closeCode !== null, "client is turned away");
    assert.equal(client.closeCode, 1013, "try again later");
    await late.start();
    await pod.api.ready();
    await pod.api.trigger();
  });

  it("a pod that was cut off delivers what it missed, once", async () => {
    const line = await Line.to(server.url);
    cleanups.push(() => line.close());
    const a = await localPod(line.url);
    const b = await localPod(server.url);
    const client = await WsClient.connect(a.port);
    const first = await b.trigger();
    await client.received(1);
    line.cut();
    await unavailable(a);
    const missed = [await b.trigger(), await b.trigger()];
    line.restore();
    await a.ready();
    const last = await b.trigger();
    await client.received(4);
    assert.deepEqual(
      client.events,
      [first, ...missed, last].map((threat) => threat.id),
    );
  });

  it("a password is needed where Redis asks for one, and never logged", async () => {
    const guarded = await newServer();
    await guarded.start("--requirepass", "p@ss/word%1");
    const without = await startPod({ REDIS_URL: guarded.url });
    await unavailable(without.api);
    const { redis_error } = (await without.api.get("/ready")).json as { redis_error: string };
    assert.equal(
      redis_error,
      "no connection to Redis: it asks for another user or password (NOAUTH)",
    );
    const withIt = await startPod({ REDIS_URL: guarded.url, REDIS_PASSWORD: "p@ss/word%1" });
    await withIt.api.ready();
    await withIt.api.trigger();
    assert.doesNotMatch(JSON.stringify([without.output, withIt.output]), /p@ss|p%40ss/);
  });

  it("one in cluster mode is never called ready, and each request is told why", async () => {
    const clustered = await newServer();
    const folder = await mkdtemp(path.join(tmpdir(), "soc-redis-"));
    try {
      await clustered.start("--cluster-enabled", "yes", "--dir", folder);
      const pod = await startPod({ REDIS_URL: clustered.url });
      const { api } = pod;
      const why = "Redis runs in cluster mode, which is not supported";
      const answer = async (path: string) => JSON.stringify((await api.get(path)).json);
      await eventually(async () => (await answer("/ready")).includes(why), "the reason");
      assert.equal((await api.get("/ready")).status, 503);
      assert.ok((await answer("/api/threats")).includes(why));
      assert.match(pod.output.stdout.join("\n"), /Redis cannot be used/);
    } finally {
      await clustered.stop();
      await rm(folder, { recursive: true });
    }
  });
});
