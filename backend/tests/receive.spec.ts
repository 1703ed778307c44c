import assert from "node:assert/strict";
import type { AddressInfo, Server } from "node:net";
import { promisify } from "node:util";
import type { FastifyInstance } from "fastify";
import { createServer, RECEIVING } from "../src/server/http.js";
import { eventually } from "./support/eventually.js";
import { RawHttp } from "./support/rawHttp.js";

const RECEIVE_MS = 400;
const CHECK_MS = 50;
/** What a busy machine may be late by. */
const SLACK_MS = 300;

const GET = ["GET / HTTP/1.1", "Host: x"];
const POST = ["POST / HTTP/1.1", "Host: x", "Content-Length: 100"];
const H2C = ["Connection: Upgrade", "Upgrade: h2c"];

describe("receiving a request", () => {
  let server: FastifyInstance;
  let client: RawHttp;
  let answer: (() => void) | null;

  beforeEach(async () => {
    answer = null;
    server = createServer({ receiveMs: RECEIVE_MS, checkMs: CHECK_MS });
    server.get("/", async () => ({ ok: true }));
    server.post("/", async () => ({ ok: true }));
    server.get("/slow", (_request, reply) => void (answer = () => void reply.send({ ok: true })));
    await server.listen({ host: "127.0.0.1", port: 0 });
    client = await RawHttp.to(port(server));
  });

  afterEach(async () => {
    client.socket.destroy();
    await server.close();
  });

  const slow: readonly (readonly [string, () => void, string])[] = [
    ["sends nothing", () => undefined, ""],
    ["sends its headers byte by byte", () => client.socket.write("GET / HTTP/1.1\r\nX: "), "x"],
    ["sends its body byte by byte", () => client.send(POST), "x"],
    ["would rather speak another protocol", () => client.send([...POST, ...H2C]), "x"],
    [
      "sends chunk by chunk",
      () => client.send(["POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"]),
      "1\r\nx\r\n",
    ],
  ];
  for (const [what, begin, more] of slow) {
    it(`ends when it takes too long, and so does the connection: a client ${what}`, async () => {
      const started = performance.now();
      begin();
      const sending = setInterval(() => client.socket.write(more), 20);
      try {
        const { status, head, body } = await client.answer();
        const took = performance.now() - started;
        assert.equal(status, 408);
        assert.match(head, /^connection: close$/im);
        assert.deepEqual(JSON.parse(body), { detail: "The request took too long to come" });
        assert.ok(took >= RECEIVE_MS - 20, `${took} ms`);
        assert.ok(took <= RECEIVE_MS + CHECK_MS + SLACK_MS, `${took} ms`);
        await eventually(async () => (await connections(server.server)) === 0, "it is closed");
      } finally {
        clearInterval(sending);
      }
    });
  }

  /** Waits for longer than a request may take, by one that does take so long. */
  const tooLong = async (): Promise<void> => {
    const other = await RawHttp.to(port(server));
    assert.equal((await other.answer()).status, 408);
    other.socket.destroy();
  };

  it("leaves the answer as much time as it needs, and the connection to further requests", async () => {
    client.send(["GET /slow HTTP/1.1", "Host: x"]);
    await eventually(() => answer !== null, "the request is there");
    await tooLong();
    answer?.();
    assert.equal((await client.answer()).status, 200);
    await tooLong();
    client.send(GET);
    assert.equal((await client.answer()).status, 200);
  });

  it("begins anew with each request of a connection", async () => {
    client.send(GET);
    assert.equal((await client.answer()).status, 200);
    client.send(POST, "x");
    assert.equal((await client.answer()).status, 408);
  });
});

it("receiving a request takes 15 s at most in production, and what is later is seen within a second", () => {
  const { server } = createServer();
  assert.deepEqual([server.requestTimeout, server.headersTimeout], [15_000, 15_000]);
  assert.ok(RECEIVING.receiveMs + RECEIVING.checkMs < 16_000);
});

/** How many connections there are, whichever end is closed. */
function connections(server: Server): Promise<number> {
  return promisify(server.getConnections.bind(server))();
}

function port({ server }: FastifyInstance): number {
  return (server.address() as AddressInfo).port;
}
