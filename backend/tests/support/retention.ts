import { Redis } from "ioredis";
import type { Drop } from "../../src/contract/dropped.js";
import { MemoryStore } from "../../src/store/memory.js";
import { RedisStore } from "../../src/store/redis.js";
import { dropName, type Limits } from "../../src/store/retention.js";
import type { Shelf, ThreatStore } from "../../src/store/store.js";
import { eventually } from "./eventually.js";
import { quietLogger, redisAt } from "./pod.js";
import { testRedis, type TestRedis } from "./redis.js";
import type { StoreKind } from "./stores.js";

/** Opens stores on one Redis, or of their own. */
export function useStores(kind: StoreKind) {
  let redis: TestRedis | null = null;
  let raw: Redis | null = null;
  const opened: ThreatStore[] = [];
  before(async function () {
    redis = kind === "redis" ? await testRedis(this) : null;
    raw = redis && new Redis(redis.url);
  });
  afterEach(async () => {
    await opened.at(-1)?.reset();
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  after(async () => {
    raw?.disconnect();
    await redis?.release();
  });
  return {
    get raw(): Redis {
      return raw as Redis;
    },
    async open(limits: Limits, drops: Drop[] = []): Promise<ThreatStore> {
      const onDropped = (more: readonly Drop[]): void => void drops.push(...more);
      const store =
        redis === null
          ? new MemoryStore(limits, onDropped)
          : new RedisStore(redisAt(redis.url), limits, quietLogger(), undefined, onDropped);
      opened.push(store);
      store.start({ onThreat: ignore, onUpdate: ignore, onLive: ignore, onReset: ignore });
      await eventually(() => store.live, "the store is live");
      return store;
    },
  };
}

const ignore = (): void => undefined;

/** The newest ids. */
export const idsOf = async (store: ThreatStore, shelf?: Shelf): Promise<readonly string[]> =>
  (await store.list(100, 0, shelf)).map(({ id }) => id);

/** What was dropped, each kind with its number. */
export const droppedOf = async (store: ThreatStore): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(
    (await store.figures()).dropped.map(({ times, ...drop }) => [dropName(drop), times]),
  );
