/**
 * `npm run bench:flood`: how many high and critical threats that await review are lost while a hundred times
 * as many low ones are stored, each with the record of its verdict, in a Redis of the chart's default size.
 * Fails if any is.
 *
 *     npm run --prefix backend bench:flood -- [SHARE]
 *
 * A SHARE of 1, the default, is 10,000 of them and 1,000,000 low ones; of 0.01 everything is a hundredth of it,
 * the bounds too.
 */
import pino from "pino";
import { loadConfig } from "../src/config/load.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { encodeThreat } from "../src/store/documents.js";
import { boundsOf } from "../src/store/retention.js";
import { RedisStore } from "../src/store/redis.js";
import { eventually } from "../tests/support/eventually.js";
import { freePort, RedisServer } from "../tests/support/redis.js";
import { makeRecord, makeThreat } from "../tests/support/threat.js";

/** Three quarters of `redis.resources.limits.memory`, and what is never evicted, as the chart has them. */
const REDIS_BYTES = 192 * 1024 * 1024;
const POLICY = "volatile-lru";
const WAITING = 10_000;
const LOW_FOR_EACH = 100;
const PAGE = 100;

/** Stores threats as fast as it can, and counts what is left of those that matter. */
async function flood(url: string, share: number): Promise<readonly string[]> {
  const bounds = boundsOf({ threats: loadConfig({}).maxStoredThreats }, REDIS_BYTES);
  const limits = Object.fromEntries(
    Object.entries(bounds).map(([name, most]) => [name, Math.round(most * share)]),
  ) as unknown as typeof bounds;
  const redis = { url, password: null, ca: null };
  const store = new RedisStore(
    redis,
    { ...limits, seconds: bounds.seconds },
    pino({ level: "warn" }),
  );
  await eventually(() => store.connected, "a connection");
  const [worst, low] = [
    await makeThreat("", "device_compromise"),
    await makeThreat("", "geo_anomaly"),
  ];
  const record = await makeRecord();
  const save = (threat: ThreatAnalysis): Promise<void> =>
    store.save(encodeThreat(threat), null, undefined, record);
  const waiting = Math.round(WAITING * share);
  for (let index = 0; index < waiting; index += 1) {
    const severity = index % 2 === 0 ? "CRITICAL" : "HIGH";
    const matters = {
      ...worst,
      id: `waiting-${index}`,
      severity,
      requires_human_review: true,
    } as const;
    // Every other low one awaits review too.
    const noise = Array.from({ length: LOW_FOR_EACH }, (_, at) => ({
      ...{ ...low, id: `low-${index}-${at}` },
      ...{ severity: "LOW" as const, requires_human_review: at % 2 === 0 },
    }));
    await Promise.all([matters, ...noise].map(save));
  }
  const left = new Set<string>();
  for (let offset = 0; offset < bounds.threats; offset += PAGE) {
    (await store.list(PAGE, offset, "waiting")).forEach(({ id }) => left.add(id));
  }
  const lost = Array.from({ length: waiting }, (_, at) => `waiting-${at}`).filter(
    (id) => !left.has(id),
  );
  const { threats, total } = await store.figures();
  console.log(
    `${total} stored, ${threats} kept, ${left.size} of them await review; lost: ${lost.length} of ${waiting}`,
  );
  await store.close();
  return lost;
}

const share = Number(process.argv[2] ?? "1");
if (!(share > 0 && share <= 1)) {
  throw new Error(`SHARE must be a number above 0, up to 1, got "${process.argv[2] ?? ""}"`);
}
const redis = new RedisServer(await freePort());
await redis.start("--maxmemory", String(Math.round(REDIS_BYTES)), "--maxmemory-policy", POLICY);
try {
  const started = performance.now();
  const lost = await flood(redis.url, share);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
  process.exitCode = lost.length === 0 ? 0 : 1;
} finally {
  await redis.stop();
}
