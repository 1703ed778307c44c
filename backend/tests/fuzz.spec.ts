import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "../src/base/random.js";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { fuzzMessage, fuzzRequest, type FuzzRequest } from "./support/fuzz.js";
import { redisAt, startLocalPod, type LocalPod } from "./support/pod.js";
import { testRedis, type TestRedis } from "./support/redis.js";

/** `FUZZ_SEED` gives other cases; the same seed always gives the same ones. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 2026);
const REQUESTS = 8000;
const MESSAGES = 1900;
const UPGRADES = 100;
const AT_ONCE = 16;
const MAX_GROWTH_MB = 12;

describe(`10,000 fuzzed cases (FUZZ_SEED=${SEED})`, function () {
  this.timeout(300_000);
  let redis: TestRedis;
  let pod: LocalPod;
  const lines: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  before(async function () {
    redis = await testRedis(this);
    pod = await startLocalPod(
      {
        redis: redisAt(redis.url),
        maxStoredThreats: 20,
        demo: true,
        corsOrigins: ["http://localhost:3000"],
      },
      undefined,
      lines,
    );
  });

  after(async () => {
    agent.destroy();
    await pod?.app.close();
    await redis?.release();
  });

  const send = ({ method, path, headers, body }: FuzzRequest) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { port } = pod.api;
      const call = request({ host: "127.0.0.1", port, method, path, headers, agent }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += String(chunk)));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on("error", reject);
      });
      call.on("error", reject);
      call.end(body ?? undefined);
    });

  /** Sends so many requests; what is wrong with an answer is named with its case. */
  const sendAll = async (count: number, seed: number): Promise<void> => {
    const random = seededRandom(seed);
    const cases = Array.from({ length: count }, () => fuzzRequest(random));
    const wrong: string[] = [];
    const statuses = new Map<number, number>();
    const worker = async (): Promise<void> => {
      for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
        const { status, text } = await send(next).catch((error: unknown) => {
          return { status: 0, text: String(error) };
        });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const hasDetail = next.method === "HEAD" || status < 400 || text.includes('"detail"');
        if (status >= 500 || status < 200 || !hasDetail) {
          wrong.push(`${status} ${text.slice(0, 200)} for ${JSON.stringify(next).slice(0, 500)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.deepEqual(wrong.slice(0, 5), []);
    // Cases that all fail at the first check would prove nothing.
    assert.ok((statuses.get(200) ?? 0) > count / 5, JSON.stringify([...statuses]));
    assert.ok((statuses.get(202) ?? 0) > count / 400, JSON.stringify([...statuses]));
    assert.ok((statuses.get(422) ?? 0) > count / 20, JSON.stringify([...statuses]));
  };

  it("requests: no 5xx, every error has a detail, and memory does not grow", async () => {
    await sendAll(REQUESTS / 2, SEED);
    lines.splice(0);
    const before = usedMb();
    await sendAll(REQUESTS / 2, SEED + 1);
    lines.splice(0);
    const growth = usedMb() - before;
    assert.ok(growth < MAX_GROWTH_MB, `the heap grew by ${growth.toFixed(1)} MB`);
  });

  it("messages and upgrades on /ws: others are served, nothing stays behind", async () => {
    const random = seededRandom(SEED);
    const witness = await WsClient.connect(pod.api.port);
    let client = await WsClient.connect(pod.api.port);
    for (let count = 0; count < MESSAGES; count += 1) {
      if (client.closeCode !== null) {
        client = await WsClient.connect(pod.api.port);
      }
      client.socket.send(fuzzMessage(random));
      if (count % 50 === 0) {
        await eventually(() => client.socket.bufferedAmount === 0, "messages are read");
      }
    }
    for (let count = 0; count < UPGRADES; count += 1) {
      const socket = connect(pod.api.port, "127.0.0.1");
      await once(socket, "connect");
      socket.on("error", () => undefined).resume();
      const version = String(fuzzMessage(random))
        .slice(0, 10)
        .replace(/[^ -~]/g, "");
      const key = count % 2 === 0 ? "dGhlIHNhbXBsZSBub25jZQ==" : "x";
      socket.end(
        `GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: ${version || "13"}\r\n\r\n` +
          String(fuzzMessage(random)).slice(0, 100),
      );
    }
    await client.close();
    const threat = await pod.api.trigger();
    await eventually(() => witness.events.includes(threat.id), "the witness is served");
    assert.equal(witness.closeCode, null);
    await witness.close();
    await eventually(
      async () =>
        /^soc_active_websocket_connections 0$/m.test((await pod.api.get("/metrics")).text),
      "no connection stays behind",
    );
    const errors = lines.filter((line) => /"level":"(ERROR|CRITICAL)"/.test(line));
    assert.deepEqual(errors, []);
  });
});

/** What the heap holds when all that can be collected has been. */
function usedMb(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}
