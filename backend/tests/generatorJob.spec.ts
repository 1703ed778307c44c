import assert from "node:assert/strict";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { generateThreats } from "../src/service/generatorJob.js";
import type { Trigger } from "../src/contract/requests.js";
import type { StoredThreat } from "../src/store/documents.js";
import type { Api } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { Pod, quietLogger } from "./support/pod.js";
import { testRedis, type TestRedis } from "./support/redis.js";
import { makeStored } from "./support/threat.js";

describe("threats that come by themselves", () => {
  let threat: StoredThreat;
  let wishes: Trigger[];
  let claims: (readonly [string, number])[];
  let lines: string[];
  let claimed: () => Promise<boolean>;
  let stop: () => void;

  const start = (everySeconds: number): void => {
    const service = {
      trigger: async (wish: Trigger) => {
        wishes.push(wish);
        return threat;
      },
    };
    const store = {
      claim: (job: string, ms: number) => {
        claims.push([job, ms]);
        return claimed();
      },
    };
    stop = generateThreats(everySeconds, service, store, quietLogger(lines));
  };
  /** Lets time pass, and then what it set off be done. */
  const pass = async (seconds: number): Promise<void> => {
    mock.timers.tick(seconds * 1000);
    await setImmediate();
  };

  before(async () => {
    threat = await makeStored("any");
  });

  beforeEach(() => {
    [wishes, claims, lines] = [[], [], []];
    claimed = async () => true;
    mock.timers.enable({ apis: ["setInterval"] });
  });

  afterEach(() => {
    stop();
    mock.timers.reset();
  });

  it("are random ones, one in each interval, the first after a whole one", async () => {
    start(30);
    await pass(29.9);
    assert.deepEqual(wishes, []);
    await pass(0.1);
    assert.deepEqual(wishes, [{}]);
    await pass(30);
    await pass(30);
    assert.deepEqual(wishes, [{}, {}, {}]);
  });

  it("come only from the pod whose turn it is, which is free again before the next", async () => {
    const turns = [true, false, true];
    claimed = async () => turns.shift() ?? false;
    start(10);
    await pass(10);
    await pass(10);
    assert.equal(wishes.length, 1);
    await pass(10);
    assert.equal(wishes.length, 2);
    assert.deepEqual(
      claims,
      claims.map(() => ["generator", 9000]),
    );
  });

  it("go on after one that failed, which is told", async () => {
    claimed = () => Promise.reject(new Error("no connection to Redis"));
    start(10);
    await pass(10);
    const [line] = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
    assert.equal(line?.["level"], "WARNING");
    assert.equal(line["message"], "No threat generated");
    assert.equal(line["error"], "no connection to Redis");
    claimed = async () => true;
    await pass(10);
    assert.equal(wishes.length, 1);
  });

  it("end when told to", async () => {
    start(10);
    await pass(10);
    stop();
    await pass(100);
    assert.equal(wishes.length, 1);
    assert.equal(claims.length, 1);
  });
});

describe("threats that come by themselves on three pods", () => {
  let redis: TestRedis;
  const pods: Pod[] = [];

  before(async function () {
    redis = await testRedis(this);
    const env = {
      REDIS_URL: redis.url,
      ENABLE_AUTO_THREAT_GENERATION: "true",
      THREAT_GENERATION_INTERVAL: "1",
    };
    pods.push(...(await Promise.all([Pod.start(env), Pod.start(env), Pod.start(env)])));
    await Promise.all(pods.map((pod) => pod.api.ready()));
  });

  after(async () => {
    await Promise.all(pods.map((pod) => pod.kill()));
    await redis?.release();
  });

  const total = async (api: Api): Promise<number> =>
    ((await api.get("/api/analytics")).json as { total_threats: number }).total_threats;
  const grows = async (api: Api, by: number): Promise<number> => {
    const before = await total(api);
    let now = before;
    await eventually(async () => (now = await total(api)) >= before + by, `${by} threats`);
    return now - before;
  };

  it("are as many as of one, and go on when the others have gone", async () => {
    const [stays, ...others] = pods;
    assert.ok(stays !== undefined);
    const started = performance.now();
    const made = await grows(stays.api, 4);
    // A turn lasts nine tenths of the interval; how busy the machine is can only make them fewer.
    const most = (performance.now() - started) / 900 + 1;
    assert.ok(made <= most, `${made} threats where one pod makes ${most}`);
    await Promise.all(others.map((pod) => pod.kill()));
    await grows(stays.api, 2);
  });
});
