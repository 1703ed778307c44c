import type { Config } from "../../src/config/config.js";
import { redisAt, startLocalPod, type LocalPod } from "./pod.js";
import { testRedis, type TestRedis } from "./redis.js";

/** Kinds of store. */
export type StoreKind = "memory" | "redis";

/** Pods of a suite, which are there while its tests run. */
export interface SuitePods {
  readonly pods: readonly LocalPod[];
  /** The Redis that they share; null for stores in memory. */
  readonly redis: TestRedis | null;
}

/**
 * Pods for the tests of a suite, all on one store. To be called in its `describe`.
 *
 * @param config what differs from the defaults
 * @param lines takes what they log
 */
export function usePods(
  kind: StoreKind,
  count: number,
  config: Partial<Config> = {},
  lines: string[] = [],
): SuitePods {
  const pods: LocalPod[] = [];
  let redis: TestRedis | null = null;
  before(async function () {
    redis = kind === "redis" ? await testRedis(this) : null;
    for (let started = 0; started < count; started += 1) {
      const on = { redis: redis && redisAt(redis.url), ...config };
      pods.push(await startLocalPod(on, undefined, lines));
    }
  });
  after(async () => {
    await Promise.all(pods.map(({ app }) => app.close()));
    await redis?.release();
  });
  return {
    pods,
    get redis() {
      return redis;
    },
  };
}

/** One pod for the tests of a suite: {@link usePods}. */
export function usePod(
  kind: StoreKind,
  config: Partial<Config> = {},
): LocalPod & Pick<SuitePods, "redis"> {
  const suite = usePods(kind, 1, config);
  const first = (): LocalPod => suite.pods[0] as LocalPod;
  return {
    get app() {
      return first().app;
    },
    get api() {
      return first().api;
    },
    get redis() {
      return suite.redis;
    },
  };
}
