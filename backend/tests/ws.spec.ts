import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { WebSocket } from "ws";
import { Metrics } from "../src/telemetry/metrics.js";
import { MemoryStore } from "../src/store/memory.js";
import type { StoredThreat } from "../src/store/documents.js";
import { answerUpgrades } from "../src/server/upgrades.js";
import { WebSocketHub } from "../src/server/webSockets.js";
import { joinAmidstBurst } from "./support/burst.js";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { quietLogger, startLocalPod, type LocalPod } from "./support/pod.js";
import { makeStored } from "./support/threat.js";

const MICROS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;

describe("WebSocket", () => {
  let pod: LocalPod;
  const clients: WsClient[] = [];

  const connect = async (): Promise<WsClient> => {
    const client = await WsClient.connect(pod.api.port);
    clients.push(client);
    return client;
  };

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await pod.app.close();
  });

  describe("with the production's bounds", () => {
    beforeEach(async () => {
      pod = await startLocalPod();
    });

    it("begins with the newest 20, then sends each new threat", async () => {
      const before: string[] = [];
      for (let count = 0; count < 25; count += 1) {
        before.unshift((await pod.api.trigger()).id);
      }
      const client = await connect();
      const threat = await pod.api.trigger();
      await client.received(1);
      assert.deepEqual(client.batch, before.slice(0, 20));
      assert.deepEqual(client.messages[1]?.data, threat);
      for (const message of client.messages) {
        assert.deepEqual(Object.keys(message), ["type", "data", "timestamp"]);
        assert.match(message.timestamp ?? "", MICROS);
      }
    });

    it("loses nothing and repeats nothing for a client that comes amidst a burst", async () => {
      await joinAmidstBurst([pod.api]);
    });

    it("answers ping with pong", async () => {
      const client = await connect();
      client.socket.send('{"type":"ping"}');
      await eventually(() => client.messages.length > 1, "pong");
      assert.deepEqual(client.messages[1], { type: "pong" });
    });

    it("ignores what it does not understand", async () => {
      const client = await connect();
      for (const nonsense of ["{", "null", "7", "[]", '{"type":"other"}', '{"type":{}}', ""]) {
        client.socket.send(nonsense);
      }
      client.socket.send(Buffer.from([0xff, 0xfe]));
      client.socket.send('{"type":"ping"}');
      await eventually(() => client.messages.length > 1, "pong after nonsense");
      assert.deepEqual(client.messages[1], { type: "pong" });
      assert.equal(client.closeCode, null);
    });

    it("ends a connection whose message is too large, and only that one", async () => {
      const [bad, good] = [await connect(), await connect()];
      bad.socket.send("x".repeat(100_000));
      await eventually(() => bad.closeCode !== null, "closed");
      assert.equal(bad.closeCode, 1009);
      await pod.api.trigger();
      await good.received(1);
    });

    it("survives clients that vanish, and counts who is there", async () => {
      const gone = await connect();
      const stays = await connect();
      await eventually(async () => (await connections()) === 2, "two connections");
      gone.socket.terminate();
      await eventually(async () => (await connections()) === 1, "one connection");
      await pod.api.trigger();
      await stays.received(1);
    });

    it("refuses an upgrade on any other path", async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${pod.api.port}/other`);
      const [error] = (await once(socket, "error")) as [Error];
      assert.match(error.message, /404/);
    });

    it("says goodbye with 1001 when the server stops", async () => {
      const client = await connect();
      assert.equal(await pod.app.close(), true);
      assert.equal(client.closeCode, 1001);
    });
  });

  it("pings, keeps who answers and drops the silent", async () => {
    pod = await startLocalPod({}, { heartbeatMs: 100 });
    const answers = await connect();
    const silent = WsClient.open(pod.api.port, { autoPong: false });
    clients.push(silent);
    await eventually(() => silent.closeCode !== null, "silent client is dropped");
    const pings = (): number => answers.messages.filter(({ type }) => type === "ping").length;
    await eventually(() => pings() >= 3, "three pings");
    assert.equal(answers.closeCode, null);
    assert.deepEqual(answers.messages[1], { type: "ping" });
  });

  it("drops a client that does not read, and never lets it slow the others", async () => {
    pod = await startLocalPod({}, { maxBufferedBytes: 64 * 1024 });
    const slow = await connect();
    const quick = await connect();
    slow.socket.pause();
    let count = 0;
    await eventually(
      async () => {
        await Promise.all(Array.from({ length: 20 }, () => pod.api.trigger()));
        count += 20;
        await quick.received(count);
        return (await connections()) === 1;
      },
      "slow client is dropped",
      20_000,
    );
    assert.equal(quick.events.length, count);
    assert.equal(quick.closeCode, null);
  });

  const connections = async (): Promise<number> => {
    const { text } = await pod.api.get("/metrics");
    return Number(/^soc_active_websocket_connections (\d+)$/m.exec(text)?.[1]);
  };
});

/** Reads and answers a list when told to. */
class SlowStore extends MemoryStore {
  asked = false;
  read = (): void => undefined;
  answer = (): void => undefined;

  override async list(limit: number, offset: number): Promise<readonly StoredThreat[]> {
    const read = new Promise<void>((resolve) => (this.read = resolve));
    const answer = new Promise<void>((resolve) => (this.answer = resolve));
    this.asked = true;
    await read;
    const threats = await super.list(limit, offset);
    await answer;
    return threats;
  }
}

describe("WebSocketHub", () => {
  it("holds events back until the initial batch is sent, and leaves out what that holds", async () => {
    const store = new SlowStore({ threats: 100 });
    const hub = new WebSocketHub(store, new Metrics(), quietLogger());
    store.start({
      onThreat: (threat) => hub.broadcast(threat),
      onLive: () => undefined,
      onUpdate: () => undefined,
      onReset: () => hub.restart(),
    });
    const server = createServer().listen(0, "127.0.0.1");
    answerUpgrades(server, hub, { access: { origins: [], hosts: [] }, login: null }, quietLogger());
    await once(server, "listening");
    const client = WsClient.open((server.address() as AddressInfo).port);
    try {
      await eventually(() => store.asked, "batch is being read");
      await store.save(await makeStored("stored-before-the-read"));
      store.read();
      await setImmediate();
      await store.save(await makeStored("stored-after-the-read"));
      assert.equal(client.messages.length, 0);
      store.answer();
      await eventually(() => client.events.length > 0, "event");
      assert.deepEqual(client.batch, ["stored-before-the-read"]);
      assert.deepEqual(client.events, ["stored-after-the-read"]);
      assert.equal(client.messages[0]?.type, "initial_batch");
    } finally {
      await client.close();
      await hub.close(1000);
      server.close();
    }
  });
});
