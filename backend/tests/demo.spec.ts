import assert from "node:assert/strict";
import { Redis } from "ioredis";
import type { RedisConfig } from "../src/config/config.js";
import { DEMO_INTEL } from "../src/service/demoIntel.js";
import { KEYS } from "../src/store/keys.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { eventually } from "./support/eventually.js";
import { redisAt, startLocalPod, type LocalPod } from "./support/pod.js";
import { testRedis, type TestRedis } from "./support/redis.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const DAY_SECONDS = 24 * 60 * 60;

describe("the demonstration's packages", () => {
  let redis: TestRedis;
  let raw: Redis;
  let pod: LocalPod | null = null;

  before(async function () {
    redis = await testRedis(this, true);
    raw = new Redis(redis.url);
  });

  afterEach(async () => {
    await pod?.app.close();
    await raw.flushall();
  });

  after(async () => {
    raw?.disconnect();
    await redis?.release();
  });

  const start = async (demo: boolean, store: RedisConfig | null): Promise<LocalPod> => {
    pod = await startLocalPod({ demo, redis: store });
    return pod;
  };
  /** What an alert about one of them is said to be. */
  const found = async ({ api }: LocalPod): Promise<readonly unknown[]> => {
    assert.equal((await api.post("/api/threats/ingest/wazuh", WAZUH_ALERT)).status, 202);
    const [threat] = (await api.get("/api/threats?limit=1")).json as readonly ThreatAnalysis[];
    return threat?.intel_matches ?? [];
  };
  const stored = async (): Promise<number> => (await raw.keys(KEYS.packageIntel("*"))).length;

  it("are kept in Redis for a day, under the shared names", async () => {
    const started = await start(true, redisAt(redis.url));
    await eventually(async () => (await stored()) === 3, "three packages");
    for (const match of DEMO_INTEL) {
      const key = KEYS.packageIntel(match.ioc_value);
      assert.deepEqual(JSON.parse((await raw.get(key)) ?? ""), match);
      const seconds = await raw.ttl(key);
      assert.ok(seconds > DAY_SECONDS - 60 && seconds <= DAY_SECONDS, `${seconds} s`);
    }
    assert.deepEqual(await found(started), [DEMO_INTEL[0]]);
  });

  it("are known without a Redis too", async () => {
    assert.deepEqual(await found(await start(true, null)), [DEMO_INTEL[0]]);
  });

  it("come back with a Redis that has lost them", async () => {
    await start(true, redisAt(redis.url));
    await eventually(async () => (await stored()) === 3, "three packages");
    await redis.server?.stop();
    await redis.server?.start();
    await eventually(async () => (await stored()) === 3, "three packages again");
  });

  it("are not there unless asked for", async () => {
    assert.deepEqual(await found(await start(false, redisAt(redis.url))), []);
    assert.equal(await stored(), 0);
  });
});
