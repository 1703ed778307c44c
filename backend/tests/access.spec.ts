import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { WebSocket } from "ws";
import { startLocalPod, type LocalPod } from "./support/pod.js";

type Headers = Readonly<Record<string, string>>;

const CORS_ORIGIN = "https://portal.example.com";
const HOSTS = ["soc-agent-backend", "soc-agent-backend.soc.svc", "soc.example.com", "*.wild.test"];

describe("who may use the API", () => {
  let pod: LocalPod;

  before(async () => {
    pod = await startLocalPod({ corsOrigins: [CORS_ORIGIN], allowedHosts: HOSTS, demo: true });
  });

  after(() => pod.app.close());

  /** Unlike `fetch`, this sends any `Host` and `Origin`. */
  const ask = async (path: string, headers: Headers, method = "GET", at = pod) => {
    const { port } = at.api;
    const body = method === "POST" ? "{}" : "";
    const type: Headers = method === "POST" ? { "content-type": "application/json" } : {};
    const sent = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { ...type, ...headers },
    });
    sent.end(body);
    const [answer] = await once(sent, "response");
    const text = Buffer.concat(await answer.toArray()).toString();
    return { status: answer.statusCode as number, text, headers: answer.headers as Headers };
  };

  /** The status of an upgrade: 101 where a WebSocket opens. */
  const upgrade = async (headers: Headers): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${pod.api.port}/ws`, { headers });
    try {
      return await new Promise((resolve, reject) => {
        socket.on("open", () => resolve(101));
        socket.on("unexpected-response", (_sent, answer) => resolve(answer.statusCode ?? 0));
        socket.on("error", reject);
      });
    } finally {
      socket.on("error", () => undefined).terminate();
    }
  };

  const own = "soc.example.com";
  const origins: readonly (readonly [string, Headers, boolean])[] = [
    ["no origin, as of curl", { host: own }, true],
    ["its own", { host: own, origin: `http://${own}` }, true],
    ["its own behind TLS", { host: own, origin: `https://${own}` }, true],
    ["its own with the port of https", { host: `${own}:443`, origin: `https://${own}` }, true],
    ["its own on another port", { host: `${own}:8080`, origin: `http://${own}:8080` }, true],
    ["its own in capitals", { host: "SOC.Example.com", origin: `https://${own}` }, true],
    [
      "its own, as the browser says",
      { host: own, origin: `https://${own}`, "sec-fetch-site": "same-origin" },
      true,
    ],
    ["a configured one", { host: own, origin: CORS_ORIGIN, "sec-fetch-site": "cross-site" }, true],
    ["another one", { host: own, origin: "https://evil.example" }, false],
    ["one below its own", { host: own, origin: `https://x.${own}` }, false],
    ["another port", { host: `${own}:8080`, origin: `http://${own}:3000` }, false],
    ["another port than https has", { host: own, origin: `https://${own}:8443` }, false],
    ["the port of http for https", { host: `${own}:80`, origin: `https://${own}` }, false],
    ["null", { host: own, origin: "null" }, false],
    ["an extension's", { host: own, origin: "chrome-extension://abcdef" }, false],
    ["a file's", { host: own, origin: "file://" }, false],
    ["another site without a name", { host: own, "sec-fetch-site": "cross-site" }, false],
    [
      "another site under our name",
      { host: own, origin: `https://${own}`, "sec-fetch-site": "cross-site" },
      false,
    ],
  ];
  for (const [what, headers, allowed] of origins) {
    it(`${allowed ? "takes" : "refuses"} changes and WebSockets from ${what}`, async () => {
      const change = await ask("/api/threats/trigger", headers, "POST");
      const reset = await ask("/api/demo/reset", headers, "POST");
      const socket = await upgrade(headers);
      assert.deepEqual(
        [change.status, reset.status, socket],
        allowed ? [200, 200, 101] : [403, 403, 403],
      );
      assert.ok(allowed || /^\{"detail":"Origin .* CORS_ORIGINS /.test(change.text), change.text);
      const read = await ask("/api/threats", headers);
      assert.equal(read.status, 200, "whose answer the browser keeps from the page");
      const readable = headers["origin"] === CORS_ORIGIN ? CORS_ORIGIN : undefined;
      assert.equal(read.headers["access-control-allow-origin"], readable);
    });
  }

  const hosts: readonly (readonly [string, boolean])[] = [
    ["localhost", true],
    ["localhost:8080", true],
    ["LOCALHOST.", true],
    ["127.0.0.1:8000", true],
    ["192.0.2.7", true],
    ["[::1]:8000", true],
    ["[2001:db8::7]", true],
    ["soc-agent-backend:8000", true],
    ["soc-agent-backend.soc.svc", true],
    ["a.wild.test", true],
    ["a.b.wild.test", true],
    ["wild.test", false],
    [".wild.test", false],
    ["evilwild.test", false],
    ["evil.example", false],
    ["evil.example:8000", false],
    ["soc.example.com.evil.example", false],
    ["soc-agent-backend.soc.svc.evil.example", false],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["evil.example@localhost", false],
    ["localhost/x", false],
    ["[evil.example]", false],
    ["1.2.3", false],
  ];
  for (const [host, allowed] of hosts) {
    it(`${allowed ? "answers" : "does not answer"} to the name ${host}`, async () => {
      const statuses = [];
      for (const path of ["/", "/api/threats", "/docs", "/openapi.json", "/nothing"]) {
        statuses.push((await ask(path, { host })).status);
      }
      statuses.push((await ask("/api/threats/trigger", { host }, "POST")).status);
      statuses.push(await upgrade({ host }));
      assert.deepEqual(
        statuses,
        allowed ? [200, 200, 200, 200, 404, 200, 101] : [403, 403, 403, 403, 403, 403, 403],
      );
      for (const path of ["/health", "/ready", "/metrics", "/health/"]) {
        assert.equal((await ask(path, { host })).status, 200, `${path}, which probes ask`);
      }
    });
  }

  it("says under which name it was asked, and what takes more", async () => {
    const { text } = await ask("/api/threats", { host: 'evil.example"' });
    assert.deepEqual(JSON.parse(text), {
      detail: 'Host "evil.example\\"" is no name of this service; ALLOWED_HOSTS takes more of them',
    });
  });

  it("answers to any name where that is configured, but to no foreign page", async () => {
    const any = await startLocalPod({ allowedHosts: ["*"] });
    try {
      const host = "any.example";
      const statuses = [
        await ask("/api/threats", { host }, "GET", any),
        await ask("/api/threats/trigger", { host, origin: `https://${host}` }, "POST", any),
        await ask("/api/threats/trigger", { host, origin: "https://evil.example" }, "POST", any),
      ].map(({ status }) => status);
      assert.deepEqual(statuses, [200, 200, 403]);
    } finally {
      await any.app.close();
    }
  });

  it("removes everything in a demonstration only", async () => {
    const real = await startLocalPod();
    try {
      await real.api.trigger();
      assert.equal((await real.api.post("/api/demo/reset", {})).status, 404);
      assert.equal(((await real.api.get("/api/threats")).json as unknown[]).length, 1);
      const { json } = await real.api.get("/openapi.json");
      assert.ok(!("/api/demo/reset" in (json as { paths: object }).paths));
    } finally {
      await real.app.close();
    }
  });

  it("takes decisions from own pages and configured ones only, after a preflight", async () => {
    const { id } = await pod.api.trigger();
    const path = `/api/threats/${id}`;
    const evil = "https://evil.example";
    for (const [origin, status] of [
      [evil, 403],
      [CORS_ORIGIN, 422],
      [`http://${own}`, 422],
    ] as const) {
      assert.equal((await ask(path, { host: own, origin }, "PATCH")).status, status, origin);
    }
    const preflight = { host: own, "access-control-request-method": "PATCH" };
    const known = await ask(path, { ...preflight, origin: CORS_ORIGIN }, "OPTIONS");
    assert.match(known.headers["access-control-allow-methods"] ?? "", /\bPATCH\b/);
    const { headers } = await ask(path, { ...preflight, origin: evil }, "OPTIONS");
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  it("lets configured origins read, with credentials", async () => {
    const { headers } = await ask("/", { host: own, origin: CORS_ORIGIN });
    assert.equal(headers["access-control-allow-origin"], CORS_ORIGIN);
    assert.equal(headers["access-control-allow-credentials"], "true");
  });
});
