import assert from "node:assert/strict";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { WsClient } from "./support/client.js";
import { startLocalPod, type LocalPod } from "./support/pod.js";
import { RawHttp } from "./support/rawHttp.js";

/** What Java's HTTP client and `curl --http2` send with every request. */
const H2C = [
  "Connection: Upgrade, HTTP2-Settings",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
];
const TYPE = "bot_traffic";
const BODY = JSON.stringify({ threat_type: TYPE });
const GET = ["GET /health HTTP/1.1", "Host: localhost"];
const POST = [
  "POST /api/threats/trigger HTTP/1.1",
  "Host: localhost",
  "Content-Type: application/json",
];

describe("an upgrade that is no WebSocket", () => {
  let pod: LocalPod;
  let client: RawHttp;

  before(async () => {
    pod = await startLocalPod();
  });

  beforeEach(async () => {
    client = await RawHttp.to(pod.api.port);
  });

  afterEach(() => client.socket.destroy());

  after(() => pod.app.close());

  /** What a request for a health check says, and that the connection is still good for others. */
  const served = async (): Promise<void> => {
    const { status, head, body } = await client.answer();
    assert.equal(status, 200, head);
    assert.doesNotMatch(head, /^(upgrade:|connection: close)/im);
    assert.equal((JSON.parse(body) as { status: string }).status, "healthy");
  };
  const triggered = async (): Promise<void> => {
    const { status, head, body } = await client.answer();
    assert.equal(status, 200, head);
    assert.equal((JSON.parse(body) as ThreatAnalysis).signal.threat_type, TYPE);
  };

  const upgrades: readonly (readonly [string, readonly string[]])[] = [
    ["h2c", H2C],
    ["an unknown protocol", ["Connection: Upgrade", "Upgrade: tomorrow/7"]],
    ["several protocols", ["Connection: upgrade", "Upgrade: h2c, websocket"]],
    ["TLS", ["Connection: Upgrade", "Upgrade: TLS/1.2"]],
  ];
  for (const [what, headers] of upgrades) {
    it(`to ${what} is ignored: GET and POST are answered, on one connection`, async () => {
      client.send([...GET, ...headers]);
      await served();
      client.send([...POST, ...headers, `Content-Length: ${BODY.length}`], BODY);
      await triggered();
      client.send([...GET, ...headers]);
      await served();
      client.send(GET);
      await served();
    });
  }

  const lengths: readonly (readonly [string, string, string])[] = [
    ["a length", `Content-Length: ${BODY.length}`, BODY],
    ["chunks", "Transfer-Encoding: chunked", `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`],
  ];
  for (const [what, header, body] of lengths) {
    it(`of a POST with ${what} is ignored, also when the body comes later`, async () => {
      client.send([...POST, ...H2C, header, "Expect: 100-continue"]);
      assert.equal((await client.answer()).status, 100);
      client.socket.write(body);
      await triggered();
      client.send([...POST, ...H2C, header], body);
      await triggered();
      client.send(GET);
      await served();
    });
  }

  it("is ignored where it names WebSockets, but by a request that cannot open one", async () => {
    const headers = ["Connection: Upgrade", "Upgrade: websocket"];
    client.send([...POST, ...headers, `Content-Length: ${BODY.length}`], BODY);
    await triggered();
  });

  it("is a plain request of /ws", async () => {
    client.send(["GET /ws HTTP/1.1", "Host: localhost", ...H2C]);
    const { status, body } = await client.answer();
    assert.deepEqual([status, body], [404, '{"detail":"Not Found"}']);
  });

  it("does not keep WebSockets from a connection that carried it, in any letter case", async () => {
    client.send([...GET, ...H2C]);
    await served();
    client.send([
      ...["GET /ws HTTP/1.1", "Host: localhost", "Connection: keep-alive, Upgrade"],
      ...["Upgrade: WebSocket", "Sec-WebSocket-Version: 13"],
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]);
    assert.equal((await client.answer()).status, 101);
    const other = await WsClient.connect(pod.api.port);
    await other.close();
  });
});
