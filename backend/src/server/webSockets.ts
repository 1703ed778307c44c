import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { HttpError } from "../contract/problems.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { StoredThreat } from "../store/documents.js";
import type { ThreatStore } from "../store/store.js";
import { event, messageType, PING, PONG } from "./messages.js";

/** Where clients connect. */
export const WS_PATH = "/ws";

const INITIAL_BATCH = 20;
const MAX_MESSAGE_BYTES = 64 * 1024;
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;
/** https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number */
const UNAUTHORIZED = 3000;
/** Time between two goodbyes at shutdown, in ms, as long as all fit into the spread. */
const GOODBYE_EVERY_MS = 20;

/** Bounds of the hub; the defaults are the production values. */
export interface HubOptions {
  /** Time between pings, in ms. Who has been silent from one to the next is dropped. */
  readonly heartbeatMs?: number;
  /** How much may wait unsent for one client, in bytes, before it is dropped. */
  readonly maxBufferedBytes?: number;
  /**
   * Over how long the goodbyes at shutdown are spread, in ms, so that not all clients connect again
   * at the same moment; default 3 s. Few clients take less.
   */
  readonly goodbyeSpreadMs?: number;
}

/**
 * Calls when a client may not stay any longer, with the reason.
 *
 * @returns ends the watch
 */
export type Visit = (over: (reason: string) => void) => () => void;

/** A client and what is known about it. */
interface Client {
  readonly socket: WebSocket;
  /** Heard of since the last heartbeat, be it a message or a pong. */
  alive: boolean;
  /** Sent a message since the last heartbeat. */
  talking: boolean;
  /** Events that arrive while the initial batch is being read; null once that is sent. */
  pending: { readonly id: string | null; readonly message: Buffer }[] | null;
  /** What the initial batch held, which the client must not get again. */
  batch: ReadonlySet<string>;
  /** Everything was removed while the initial batch was being read. */
  outdated: boolean;
}

/** The WebSocket side: a snapshot for who comes, then every new threat exactly once. */
export class WebSocketHub {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  readonly #clients = new Set<Client>();
  readonly #maxBufferedBytes: number;
  readonly #goodbyeSpreadMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  #closing = false;

  constructor(
    private readonly store: ThreatStore,
    private readonly metrics: Pick<Metrics, "webSockets">,
    private readonly log: Logger,
    {
      heartbeatMs = 30_000,
      maxBufferedBytes = 1024 * 1024,
      goodbyeSpreadMs = 3000,
    }: HubOptions = {},
  ) {
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#goodbyeSpreadMs = goodbyeSpreadMs;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
  }

  /**
   * Takes over a connection that asks for an upgrade.
   *
   * @param visit how long it may stay; by default for ever
   * @throws {@link HttpError} 503 once it says goodbye
   */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    visit: Visit = () => () => undefined,
  ): void {
    if (this.#closing) {
      throw new HttpError(503, "Shutting down");
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const stop = visit((reason) => webSocket.close(UNAUTHORIZED, reason));
      webSocket.on("close", stop);
      void this.#welcome(webSocket);
    });
  }

  /** Sends a new threat to every client. */
  broadcast({ id, json }: StoredThreat): void {
    const message = event("new_threat", [json]);
    for (const client of this.#clients) {
      if (client.pending !== null) {
        client.pending.push({ id, message });
      } else if (!client.batch.has(id)) {
        this.#send(client, message);
      }
    }
  }

  /** Sends every client what a threat has become, which it may have or not. */
  broadcastUpdate({ json }: StoredThreat): void {
    const message = event("threat_updated", [json]);
    for (const client of this.#clients) {
      if (client.pending !== null) {
        client.pending.push({ id: null, message });
      } else {
        this.#send(client, message);
      }
    }
  }

  /** Has every client begin anew with nothing: all threats were removed. */
  restart(): void {
    const message = event("initial_batch", []);
    for (const client of this.#clients) {
      if (client.pending !== null) {
        client.pending = [];
        client.outdated = true;
      } else {
        this.#send(client, message);
      }
    }
  }

  /**
   * Says goodbye to one client after the other, and cuts who has not answered in time.
   *
   * @param timeoutMs how long the client that hears it last may take
   */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    const sockets = [...this.#clients].map((client) => client.socket);
    const spreadMs = Math.min(this.#goodbyeSpreadMs, (sockets.length - 1) * GOODBYE_EVERY_MS);
    const goodbyes = sockets.map(async (socket, index) => {
      const closed = once(socket, "close");
      await setTimeout((index / sockets.length) * spreadMs);
      socket.close(GOING_AWAY, "Server is shutting down");
      const giveUp = globalThis.setTimeout(() => socket.terminate(), timeoutMs);
      await closed;
      clearTimeout(giveUp);
    });
    await Promise.all(goodbyes);
  }

  async #welcome(socket: WebSocket): Promise<void> {
    // In the set before the snapshot is read, so that no event falls between the two.
    const client: Client = {
      socket,
      alive: true,
      talking: true,
      pending: [],
      batch: new Set(),
      outdated: false,
    };
    this.#clients.add(client);
    this.metrics.webSockets.connected(this.#clients.size);
    socket.on("error", (error) => this.log.debug(errorFields(error), "WebSocket error"));
    socket.on("close", () => this.#forget(client));
    socket.on("pong", () => (client.alive = true));
    socket.on("message", (data: Buffer) => this.#answer(client, data));
    try {
      const threats = await this.#snapshot(client);
      client.batch = new Set(threats.map((threat) => threat.id));
      this.#send(
        client,
        event(
          "initial_batch",
          threats.map((threat) => threat.json),
        ),
      );
      for (const { id, message } of client.pending ?? []) {
        if (id === null || !client.batch.has(id)) {
          this.#send(client, message);
        }
      }
      client.pending = null;
    } catch (error) {
      this.log.warn(errorFields(error), "WebSocket client turned away");
      this.metrics.webSockets.dropped("store_unavailable");
      socket.close(TRY_AGAIN_LATER, "Threat store unavailable");
    }
  }

  async #snapshot(client: Client): Promise<readonly StoredThreat[]> {
    if (!this.store.live) {
      throw new Error("events do not flow");
    }
    client.outdated = false;
    const threats = await this.store.list(INITIAL_BATCH, 0);
    return client.outdated ? this.#snapshot(client) : threats;
  }

  #forget(client: Client): void {
    this.#clients.delete(client);
    this.metrics.webSockets.connected(this.#clients.size);
  }

  #answer(client: Client, data: Buffer): void {
    client.alive = true;
    client.talking = true;
    if (messageType(data) === "ping") {
      this.#send(client, PONG);
    }
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (!client.alive) {
        this.metrics.webSockets.dropped("silent");
        this.log.info("Dropped a silent WebSocket client");
        client.socket.terminate();
        continue;
      }
      // Every WebSocket implementation answers the protocol's ping by itself. The message is for
      // clients whose code cannot see that one, e.g. in a browser.
      client.alive = false;
      client.socket.ping();
      if (!client.talking) {
        this.#send(client, PING);
      }
      client.talking = false;
    }
  }

  /** Never waits: what a slow client does not fetch is buffered up to a bound, then it is dropped. */
  #send({ socket }: Client, message: Buffer): void {
    if (socket.readyState !== WebSocket.OPEN) {
      return;
    }
    if (socket.bufferedAmount > this.#maxBufferedBytes) {
      this.log.warn({ buffered_bytes: socket.bufferedAmount }, "Dropped a slow WebSocket client");
      this.metrics.webSockets.dropped("slow");
      socket.terminate();
      return;
    }
    socket.send(message, { binary: false });
  }
}
