import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Metrics } from "../src/telemetry/metrics.js";
import { MemoryStore } from "../src/store/memory.js";
import { answerUpgrades } from "../src/server/upgrades.js";
import { WebSocketHub } from "../src/server/webSockets.js";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { quietLogger } from "./support/pod.js";
import { makeStored } from "./support/threat.js";

const CLIENTS = 20;
/** Timers may be early by the fraction of a millisecond that they round off. */
const ROUNDING_MS = 2;

describe("goodbyes at shutdown", () => {
  let store: MemoryStore;
  let hub: WebSocketHub;
  let server: Server;
  let clients: readonly WsClient[];

  const connect = async (goodbyeSpreadMs: number, count: number): Promise<void> => {
    store = new MemoryStore({ threats: 100 });
    hub = new WebSocketHub(store, new Metrics(), quietLogger(), { goodbyeSpreadMs });
    store.start({
      onThreat: (threat) => hub.broadcast(threat),
      onLive: () => undefined,
      onUpdate: () => undefined,
      onReset: () => hub.restart(),
    });
    server = createServer().listen(0, "127.0.0.1");
    answerUpgrades(server, hub, { access: { origins: [], hosts: [] }, login: null }, quietLogger());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    clients = await Promise.all(Array.from({ length: count }, () => WsClient.connect(port)));
  };
  const codes = (): readonly (number | null)[] => clients.map((client) => client.closeCode);
  const allTold = (): Promise<void> =>
    eventually(() => codes().every((code) => code === 1001), "all are told");

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    server.close();
  });

  it("are 1001 for all, and spread, so that not everybody comes back at once", async () => {
    await connect(300, CLIENTS);
    const started = performance.now();
    const told: number[] = [];
    clients.forEach(({ socket }) =>
      socket.on("close", () => told.push(performance.now() - started)),
    );
    await hub.close(5000);
    await allTold();
    // A busy machine is late, but nothing makes it early: the least times are certain.
    told.forEach((ms, index) => {
      const least = (index / CLIENTS) * 300 - ROUNDING_MS;
      assert.ok(ms >= least, `goodbye ${index} after ${ms} ms, not before ${least} ms`);
    });
  });

  it("take no longer than few clients need", async () => {
    await connect(3_600_000, 3);
    await hub.close(5000);
    await allTold();
  });

  it("come after every event of the time until then", async () => {
    await connect(300, 3);
    const threat = await makeStored("during-the-goodbyes");
    const closing = hub.close(5000);
    // No timer can run in between, so that nobody has been told yet.
    await store.save(threat);
    await closing;
    await allTold();
    assert.deepEqual(
      clients.map((client) => client.events),
      clients.map(() => ["during-the-goodbyes"]),
    );
  });

  it("are not waited for longer than allowed", async () => {
    await connect(100, 2);
    const [deaf, hears] = clients;
    deaf?.socket.pause();
    await hub.close(200);
    await eventually(() => hears?.closeCode === 1001, "the other one is told");
    deaf?.socket.resume();
    await eventually(() => deaf?.closeCode !== null, "cut");
  });

  it("leave nobody in who comes meanwhile", async () => {
    await connect(1000, CLIENTS);
    const closing = hub.close(5000);
    const late = WsClient.open((server.address() as AddressInfo).port);
    const [error] = (await once(late.socket, "error")) as [Error];
    assert.match(error.message, /503/);
    await closing;
  });
});
