import assert from "node:assert/strict";
import type { RedisConfig } from "../src/config/config.js";
import { RedisStore } from "../src/store/redis.js";
import { StoreUnavailable } from "../src/store/store.js";
import { WsClient } from "./support/client.js";
import { TestAuthority, type CertificateFiles } from "./support/certificates.js";
import { eventually } from "./support/eventually.js";
import { Pod, quietLogger } from "./support/pod.js";
import { freePort, RedisServer, testRedis } from "./support/redis.js";
import { makeStored, parsed } from "./support/threat.js";

describe("Redis over TLS", () => {
  let authority: TestAuthority;
  let another: TestAuthority;
  let server: RedisServer;
  let url: string;
  const pods: Pod[] = [];

  const serve = async (certificate: CertificateFiles): Promise<void> => {
    const port = await freePort();
    server = new RedisServer(port);
    url = `rediss://127.0.0.1:${port}`;
    await server.startTls(certificate);
  };
  const start = async (env: Readonly<Record<string, string>>): Promise<Pod> => {
    const pod = await Pod.start({ REDIS_URL: url, ...env });
    pods.push(pod);
    return pod;
  };
  /** What `/ready` says once the pod has tried to connect. */
  const refusal = async (pod: Pod): Promise<unknown> => {
    const ready = async () =>
      (await pod.api.get("/ready")).json as { status: string; reason: string; redis_error: string };
    await eventually(
      async () => (await ready()).redis_error.includes("certificate"),
      "the certificate is refused",
    );
    return ready();
  };

  before(async function () {
    // Says so and skips where there is no redis-server.
    await (await testRedis(this, true)).release();
    [authority, another] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
  });

  afterEach(async () => {
    await Promise.all(pods.splice(0).map((pod) => pod.kill()));
    await server.stop();
  });

  after(async () => {
    await Promise.all([authority?.remove(), another?.remove()]);
  });

  it("with the configured authority two pods connect, save, and get each other's events", async () => {
    await serve(await authority.issue("IP:127.0.0.1"));
    const env = { REDIS_CA_FILE: authority.caFile };
    const [first, second] = await Promise.all([start(env), start(env)]);
    await Promise.all([first.api.ready(), second.api.ready()]);
    const client = await WsClient.connect(second.api.port);
    const threat = await first.api.trigger();
    await client.received(1);
    await client.close();
    assert.deepEqual(client.events, [threat.id]);
    assert.deepEqual((await second.api.get(`/api/threats/${threat.id}`)).json, threat);
  });

  it("with another authority nothing is saved, and /ready says why", async () => {
    await serve(await authority.issue("IP:127.0.0.1"));
    const pod = await start({ REDIS_CA_FILE: another.caFile });
    const { components: _all, ...said } = (await refusal(pod)) as Record<string, unknown>;
    assert.deepEqual(said, {
      status: "not_ready",
      reason: "Components not ready: redis",
      redis_error:
        "no connection to Redis: its certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    });
    const answer = await pod.api.post("/api/threats/trigger", {});
    assert.equal(answer.status, 503);
    assert.equal((answer.json as { reason: string }).reason, said["redis_error"]);
  });

  it("without one the system's authorities count, which do not know this server", async () => {
    await serve(await authority.issue("IP:127.0.0.1"));
    const pod = await start({});
    assert.match(JSON.stringify(await refusal(pod)), /its certificate is not trusted \(\w+\)/);
  });

  it("a certificate of another host is refused, though the authority is the right one", async () => {
    await serve(await authority.issue("DNS:redis.example"));
    const pod = await start({ REDIS_CA_FILE: authority.caFile });
    assert.match(
      JSON.stringify(await refusal(pod)),
      /no connection to Redis: its certificate is for another host name/,
    );
  });

  it("a server that gets a trusted certificate is found again, and no longer complained of", async () => {
    await serve(await another.issue("IP:127.0.0.1"));
    const config: RedisConfig = { url, password: null, ca: await authority.ca() };
    const store = new RedisStore(config, { threats: 5 }, quietLogger());
    try {
      const why = async (): Promise<string> =>
        store.ping().then(
          () => "",
          (error: unknown) => (error instanceof StoreUnavailable ? error.reason : String(error)),
        );
      await eventually(async () => (await why()).includes("not trusted"), "refused");
      await server.stop();
      await server.startTls(await authority.issue("IP:127.0.0.1"));
      await eventually(async () => (await why()) === "", "connected");
      const threat = await makeStored("over-tls");
      await store.save(threat);
      assert.equal(parsed((await store.list(1, 0))[0] ?? threat).id, "over-tls");
      await server.stop();
      await eventually(async () => (await why()) === "no connection to Redis", "an ordinary loss");
    } finally {
      await store.close();
    }
  });
});
