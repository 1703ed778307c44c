import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { backoffDelay } from "../src/live/backoff";
import { LiveSocket, type ConnectionState, type LiveSocketTimes } from "../src/live/liveSocket";
import { liveUrl, openWebSocket } from "../src/live/webSocket";
import type { ServerMessage } from "../src/types";
import { makeThreat } from "./support/threats";
import { until } from "./support/until";

const BATCH = JSON.stringify({ type: "initial_batch", data: [] });

describe("backoff", () => {
  const bounds = { baseMs: 500, capMs: 30_000 };

  it("doubles its bound up to the cap", () => {
    const delays = [0, 1, 2, 5, 6, 7, 2000].map((attempt) => backoffDelay(attempt, 1, bounds));
    assert.deepEqual(delays, [500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("spreads over the whole bound", () => {
    assert.equal(backoffDelay(3, 0, bounds), 0);
    assert.equal(backoffDelay(3, 0.25, bounds), 1000);
  });
});

describe("the live address", () => {
  it("follows the page's protocol", () => {
    assert.equal(liveUrl({ protocol: "http:", host: "localhost:8080" }), "ws://localhost:8080/ws");
    assert.equal(liveUrl({ protocol: "https:", host: "soc.example" }), "wss://soc.example/ws");
  });
});

describe("the live socket, against a real server", () => {
  let server: WebSocketServer;
  let live: LiveSocket | undefined;
  let states: ConnectionState[];
  let messages: ServerMessage[];

  before(() => {
    // The page's own adapter runs here on Node's `ws`: Node 20 has no WebSocket of its own.
    Object.assign(globalThis, { WebSocket });
  });

  beforeEach(async () => {
    server = await listen(0);
    states = [];
    messages = [];
  });

  afterEach(async () => {
    live?.close();
    await stop(server);
  });

  function start(times: Partial<LiveSocketTimes> = {}, random = 1): LiveSocket {
    const { port } = server.address() as AddressInfo;
    live = new LiveSocket({
      connect: (handlers) => openWebSocket(`ws://127.0.0.1:${port}/ws`, handlers),
      onMessage: (message) => messages.push(message),
      onState: (state) => states.push(state),
      times: { baseMs: 20, capMs: 100, ...times },
      random: () => random,
    });
    live.open();
    return live;
  }

  const kinds = () => states.map(({ kind }) => kind);

  it("is live when the server has spoken, and hands its messages on", async () => {
    server.on("connection", (socket) => {
      socket.send(BATCH);
      socket.send(JSON.stringify({ type: "new_threat", data: makeThreat() }));
      socket.send("not JSON");
      socket.send('{"type":"pong"}');
    });
    start();
    await until(() => messages.length === 2);
    assert.deepEqual(kinds(), ["connecting", "live"]);
    assert.deepEqual(
      messages.map(({ type }) => type),
      ["initial_batch", "new_threat"],
    );
  });

  it("answers the server's ping", async () => {
    const answers = received(server, (socket) => socket.send('{"type":"ping"}'));
    start();
    await until(() => answers.includes('{"type":"pong"}'));
  });

  it("pings by itself, and stays live while it is answered", async () => {
    const pings = received(server, (socket) => {
      socket.send(BATCH);
      socket.on("message", () => socket.send('{"type":"pong"}'));
    });
    start({ pingEveryMs: 15, silenceLimitMs: 200 });
    await until(() => pings.length >= 4);
    assert.deepEqual(new Set(pings), new Set(['{"type":"ping"}']));
    assert.deepEqual(kinds(), ["connecting", "live"]);
  });

  it("gives up a connection on which the server fell silent, and comes back", async () => {
    server.on("connection", (socket) => socket.send(BATCH));
    start({ pingEveryMs: 15, silenceLimitMs: 30 });
    await until(() => kinds().filter((kind) => kind === "live").length >= 2);
    assert.deepEqual(kinds().slice(0, 5), [
      "connecting",
      "live",
      "waiting",
      "reconnecting",
      "live",
    ]);
  });

  it("gives up a server that accepts and never speaks", async () => {
    start({ silenceLimitMs: 30 });
    await until(() => kinds().includes("waiting"));
    assert.equal(kinds().includes("live"), false);
  });

  it("backs off from a server that accepts and hangs up", async () => {
    server.on("connection", (socket) => socket.close());
    start();
    await until(() => states.some((state) => state.kind === "waiting" && state.attempt === 4));
    assert.equal(kinds().includes("live"), false);
  });

  it("comes back when the server does, and counts failures from the start again", async () => {
    server.on("connection", (socket) => socket.send(BATCH));
    const { port } = server.address() as AddressInfo;
    start();
    await until(() => kinds().at(-1) === "live");
    await stop(server);
    await until(() => states.some((state) => state.kind === "waiting" && state.attempt === 2));
    server = await listen(port);
    server.on("connection", (socket) => socket.send(BATCH));
    await until(() => kinds().at(-1) === "live");
    for (const socket of server.clients) {
      socket.terminate();
    }
    await until(() => kinds().at(-1) !== "live");
    assert.deepEqual(states.filter((state) => state.kind === "waiting").at(-1), {
      kind: "waiting",
      attempt: 1,
      retryAt: lastRetryAt(states),
    });
  });

  it("retries at once when asked, and only while it waits", async () => {
    let refuse = true;
    server.on("connection", (socket) => (refuse ? socket.close() : socket.send(BATCH)));
    const socket = start({ baseMs: 600_000, capMs: 600_000 });
    socket.retryNow();
    await until(() => kinds().at(-1) === "waiting");
    refuse = false;
    socket.retryNow();
    await until(() => kinds().at(-1) === "live");
    socket.retryNow();
    assert.deepEqual(kinds(), ["connecting", "waiting", "reconnecting", "live"]);
  });

  it("stays closed when closed, also while it waits", async () => {
    let connections = 0;
    server.on("connection", (socket) => {
      connections += 1;
      socket.close();
    });
    const socket = start();
    await until(() => kinds().at(-1) === "waiting");
    socket.close();
    const seen = states.length;
    const before = connections;
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal(states.length, seen);
    assert.equal(connections, before);
  });
});

async function listen(port: number): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port });
  await once(server, "listening");
  return server;
}

async function stop(server: WebSocketServer): Promise<void> {
  for (const socket of server.clients) {
    socket.terminate();
  }
  await new Promise((resolve) => server.close(resolve));
}

/** Collects every client text; `greet` runs for each new connection. */
function received(server: WebSocketServer, greet: (socket: WebSocket) => void): string[] {
  const texts: string[] = [];
  server.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => texts.push(data.toString()));
    greet(socket);
  });
  return texts;
}

function lastRetryAt(states: readonly ConnectionState[]): number {
  const last = states.filter((state) => state.kind === "waiting").at(-1);
  assert.ok(last);
  return last.retryAt;
}
