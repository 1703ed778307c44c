import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { Redis } from "ioredis";
import { pick, seededRandom, type Random } from "../src/base/random.js";
import { SCHEMAS, type IngestReport } from "../src/contract/responses.js";
import { KEYS } from "../src/store/keys.js";
import { RedisStore } from "../src/store/redis.js";
import type { Answer, Api } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { quietLogger, redisAt, startLocalPod } from "./support/pod.js";
import { usePod } from "./support/stores.js";
import { makeRanked, makeRecord } from "./support/threat.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

/** What may stand in Redis in the place of something else. */
const GARBAGE: Readonly<Record<string, string | Buffer>> = {
  nothing: "",
  "no JSON": "no JSON",
  "half of an object": '{"id":"x","signal":{"me',
  null: "null",
  "a number": "5",
  "a negative number": "-5",
  "a fraction": "1.5",
  "a number beyond all": "1e999",
  "a number of too many digits": "99999999999999999999",
  "no number": "nan",
  "a number in another base": "0x10",
  "a list": "[]",
  "an object": "{}",
  "a text": '"text"',
  "what is compressed": gzipSync('{"id":"x"}'),
  "no text": Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  "a list that is nested without end": "[".repeat(100_000) + "]".repeat(100_000),
};
/** What may stand in the place of a part of some JSON. */
const PARTS: readonly unknown[] = [
  ...[null, true, "", "text", "__proto__", [], {}, [null], { toString: 5 }, { length: -1 }],
  ...[0, -1, 1.5, 1e21, -1e308, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ...["2026-01-31T12:00:00.000000", "9999-99-99T99:99:99.999999", { by: 5, at: null }],
];
const ROUNDS = 40;
/** `FUZZ_SEED` has other parts replaced. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 2026);

const alert = (id: string) => ({ ...WAZUH_ALERT, id });

describe("garbage in Redis", function () {
  this.timeout(120_000);
  const lines: string[] = [];
  let raw: Redis;
  after(() => raw?.disconnect());
  const pod = usePod("redis");
  let ids: readonly string[];
  /** Everything that a backend has written, by its key. */
  const written = new Map<string, Buffer>();

  before(async () => {
    raw = new Redis(pod.redis?.url ?? "");
    const small = new RedisStore(redisAt(pod.redis?.url ?? ""), { threats: 1 }, quietLogger());
    await eventually(() => small.connected, "the store is connected");
    for (const id of ["dropped", "dropped too", "kept"]) {
      await small.save(await makeRanked(id, "LOW", true), null, undefined, await makeRecord());
    }
    await small.close();
    for (const id of ["1", "2", "3"]) {
      await take(pod.api, alert(id));
    }
    const { id } = await pod.api.trigger({ scenario: "critical_threat" });
    assert.equal((await pod.api.patch(id, { version: 1, note: "Seen" })).status, 200);
    await pod.api.post("/api/threats/ingest/wazuh", "{");
    const blocked = { source_pod: "a", attempted_destination: "example.com", blocked_by: "policy" };
    await pod.api.post("/api/egress-violations", { timestamp: Date.now() / 1000, ...blocked });
    await eventually(
      async () => (await raw.exists(KEYS.quarantineEntries)) === 1,
      "what could not be read is in quarantine",
    );
    ids = [
      ...(await raw.zrevrange(KEYS.index, 0, -1)),
      ...(await raw.hkeys(KEYS.documents)),
      "of nothing",
    ];
    for (const key of (await raw.keys("*")).sort()) {
      written.set(key, await raw.dumpBuffer(key));
    }
    const named = Object.values(KEYS).flatMap((key) => (typeof key === "string" ? [key] : []));
    assert.deepEqual(
      named.filter((key) => !written.has(key)),
      [],
      "keys that nothing was written to",
    );
  });

  beforeEach(async () => {
    await raw.flushdb();
    for (const [key, value] of written) {
      await raw.restore(key, 0, value, "REPLACE");
    }
  });

  /** Puts something else in the place of each value, whatever holds it. */
  const damage = async (change: (value: string) => string | Buffer): Promise<void> => {
    for (const key of written.keys()) {
      const type = await raw.type(key);
      if (type === "string") {
        await raw.set(key, change((await raw.get(key)) ?? ""));
      } else if (type === "hash") {
        for (const [field, value] of Object.entries(await raw.hgetall(key))) {
          await raw.hset(key, { [field]: change(value) });
        }
      } else if (key === KEYS.egress) {
        for (const value of await raw.zrevrange(key, 0, -1)) {
          await raw.zrem(key, value);
          await raw.zadd(key, Date.now() / 1000, change(value));
        }
      }
    }
  };

  /** Every route of which something can be read, for every threat. */
  const readable = async (api: Api): Promise<readonly (readonly [string, string | null])[]> => {
    const { paths } = (await api.get("/openapi.json")).json as Description;
    return Object.entries(paths).flatMap(([path, { get }]) => {
      const content = get?.responses["200"].content?.["application/json"];
      const schema = content?.schema.$ref.split("/").at(-1) ?? null;
      // Documents are passed on as they are stored.
      const checked = schema === "ThreatAnalysis" || schema === "ThreatList" ? null : schema;
      return get === undefined
        ? []
        : (path.includes("{id}") ? ids : [""]).map(
            (id) => [path.replace("{id}", encodeURIComponent(id)), checked] as const,
          );
    });
  };

  /** Asks a pod for all that there is, and says what is wrong with its answers. */
  const ask = async (api: Api): Promise<readonly string[]> => {
    const asked = await readable(api);
    assert.ok(asked.length > 2 * ids.length + 10, `${asked.length} routes`);
    const wrong: string[] = [];
    const judge = (what: string, { status, text, json }: Answer, schema: string | null): void => {
      const fits =
        schema === null || status !== 200 || SCHEMAS[schema as "Error"].safeParse(json).success;
      if (status >= 500 || !fits) {
        wrong.push(`${what}: ${status} ${text.slice(0, 200)}`);
      }
    };
    for (const [path, schema] of asked) {
      judge(path, await api.get(path), schema);
    }
    for (const query of ["?review=true", "?dropped=true", "?limit=100"]) {
      judge(query, await api.get(`/api/threats${query}`), null);
    }
    return wrong;
  };

  /** Has the pod that was there and one that starts read and write; all of it must succeed. */
  const check = async (): Promise<void> => {
    const other = await startLocalPod({ redis: redisAt(pod.redis?.url ?? "") }, undefined, lines);
    try {
      for (const api of [pod.api, other.api]) {
        assert.deepEqual(await ask(api), []);
        // Known ones, and a new one.
        for (const id of ["1", "2", "3", `of ${api.port}`]) {
          await take(api, alert(id));
        }
        await api.trigger();
        assert.equal((await api.post("/api/threats/ingest/wazuh", "{")).status, 422);
        assert.deepEqual(await ask(api), []);
      }
    } finally {
      await other.app.close();
    }
    assert.deepEqual(
      lines.splice(0).filter((line) => line.includes('"level":"ERROR"')),
      [],
    );
  };

  it("is none where a backend wrote", check);

  for (const [name, garbage] of Object.entries(GARBAGE)) {
    it(`of which each value is ${name} is answered by no 5xx, and kept from no pod`, async () => {
      await damage(() => garbage);
      await check();
    });
  }

  it("in parts of what a backend wrote is answered by no 5xx", async () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      await damage((value) => altered(random, value));
      assert.deepEqual(await ask(pod.api), [], `round ${round}`);
    }
    await check();
  });

  it("in the order of what is stored is answered by no 5xx", async () => {
    for (const key of written.keys()) {
      if ((await raw.type(key)) === "zset") {
        await raw.zadd(key, "inf", "none", "-inf", "no other", 1e300, "of no time");
        await raw.zadd(key, "XX", "inf", ids[0] ?? "");
      }
    }
    await raw.zrem(KEYS.index, ids[0] ?? "");
    await check();
  });
});

/** Takes an alert, which must succeed. */
async function take(api: Api, wazuh: object): Promise<IngestReport> {
  const { status, text, json } = await api.post("/api/threats/ingest/wazuh", [wazuh]);
  assert.equal(status, 202, text);
  return json as IngestReport;
}

/** Some JSON with something else in the place of a part of it; what is no JSON stays. */
function altered(random: Random, json: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return json;
  }
  return JSON.stringify(alteredPart(random, value));
}

function alteredPart(random: Random, value: unknown): unknown {
  const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (fields.length === 0 || random.next() < 0.2) {
    return pick(random, PARTS);
  }
  const [key, part] = pick(random, fields);
  const changed = alteredPart(random, part);
  return Array.isArray(value)
    ? (value as unknown[]).with(Number(key), changed)
    : { ...(value as object), [key]: changed };
}

/** What is read of the description of the API. */
interface Description {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get?: {
          readonly responses: {
            readonly "200": {
              readonly content?: {
                readonly "application/json"?: { readonly schema: { readonly $ref: string } };
              };
            };
          };
        };
      }
    >
  >;
}
