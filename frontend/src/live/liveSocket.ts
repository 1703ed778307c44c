import { parseServerMessage } from "../lib/messages";
import type { ServerMessage } from "../types";
import { backoffDelay, type BackoffBounds } from "./backoff";

/** Where the connection stands, for people to see. */
export type ConnectionState =
  /** The first attempt is under way. */
  | { readonly kind: "connecting" }
  /** The server has spoken on this connection, and not fallen silent since. */
  | { readonly kind: "live" }
  /** The connection was lost or refused; another attempt comes by itself at `retryAt` (epoch ms). */
  | { readonly kind: "waiting"; readonly attempt: number; readonly retryAt: number }
  /** Another attempt is under way. */
  | { readonly kind: "reconnecting"; readonly attempt: number };

/** One connection, as `webSocket.ts` makes them. */
export interface Connection {
  /** Sends a text; does nothing when the connection is not open. */
  send(text: string): void;
  /** Lets go at once: none of the handlers is called any more. */
  close(): void;
}

/** What a connection reports. */
export interface ConnectionHandlers {
  readonly onData: (data: unknown) => void;
  /** Refused, lost or closed by the server. */
  readonly onClosed: () => void;
}

/** Times in ms. */
export interface LiveSocketTimes extends BackoffBounds {
  /** How often to ping. Proxies cut connections that are silent for 60 s. */
  readonly pingEveryMs: number;
  /** How long the server may stay silent: after an attempt began, and after a ping. */
  readonly silenceLimitMs: number;
}

export const DEFAULT_TIMES: LiveSocketTimes = {
  baseMs: 500,
  capMs: 30_000,
  pingEveryMs: 25_000,
  silenceLimitMs: 10_000,
};

export interface LiveSocketOptions {
  /** Makes one connection; called again for every attempt. */
  readonly connect: (handlers: ConnectionHandlers) => Connection;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onState: (state: ConnectionState) => void;
  /** @default DEFAULT_TIMES */
  readonly times?: Partial<LiveSocketTimes>;
  /** @default Math.random */
  readonly random?: () => number;
}

/**
 * A WebSocket that stays: it reconnects with backoff, answers and sends pings, and gives up a
 * connection on which the server has gone silent (a dead network path closes nothing by itself).
 *
 * An attempt counts as a success when the server has spoken, not when the socket opened, so that
 * a server which accepts and hangs up is not hammered.
 */
export class LiveSocket {
  private readonly options: LiveSocketOptions;
  private readonly times: LiveSocketTimes;
  private connection: Connection | undefined;
  private failures = 0;
  private retryTimer: Timer | undefined;
  private pingTimer: Timer | undefined;
  private silenceTimer: Timer | undefined;

  constructor(options: LiveSocketOptions) {
    this.options = options;
    this.times = { ...DEFAULT_TIMES, ...options.times };
  }

  /** Makes the first attempt. */
  open(): void {
    this.options.onState({ kind: "connecting" });
    this.attempt();
  }

  /** Cuts a wait short; does nothing when an attempt or a connection is there. */
  retryNow(): void {
    if (this.retryTimer !== undefined) {
      this.clearTimers();
      this.reconnect();
    }
  }

  /**
   * Finds out at once how things stand, where the world may have changed meanwhile: cuts a wait
   * short, and asks a live connection for a sign of life.
   */
  check(): void {
    this.retryNow();
    if (this.pingTimer !== undefined) {
      this.send("ping");
      this.expectSpeech();
    }
  }

  /** Ends the connection and all attempts, without a further callback. */
  close(): void {
    this.clearTimers();
    this.dropConnection();
  }

  private attempt(): void {
    this.expectSpeech();
    this.connection = this.options.connect({
      onData: (data) => this.receive(data),
      onClosed: () => this.fail(),
    });
  }

  private receive(data: unknown): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = undefined;
    if (this.pingTimer === undefined) {
      this.failures = 0;
      this.options.onState({ kind: "live" });
      this.schedulePing();
    }
    const message = typeof data === "string" ? parseServerMessage(data) : undefined;
    if (message?.type === "ping") {
      this.send("pong");
    } else if (message && message.type !== "pong") {
      this.options.onMessage(message);
    }
  }

  private schedulePing(): void {
    this.pingTimer = setTimeout(() => {
      this.send("ping");
      this.expectSpeech();
      this.schedulePing();
    }, this.times.pingEveryMs);
  }

  private send(type: "ping" | "pong"): void {
    this.connection?.send(JSON.stringify({ type }));
  }

  private expectSpeech(): void {
    this.silenceTimer ??= setTimeout(() => this.fail(), this.times.silenceLimitMs);
  }

  private fail(): void {
    this.clearTimers();
    this.dropConnection();
    const random = (this.options.random ?? Math.random)();
    const delay = backoffDelay(this.failures, random, this.times);
    this.failures += 1;
    this.options.onState({
      kind: "waiting",
      attempt: this.failures,
      retryAt: Date.now() + delay,
    });
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined;
      this.reconnect();
    }, delay);
  }

  private reconnect(): void {
    this.options.onState({ kind: "reconnecting", attempt: this.failures });
    this.attempt();
  }

  private dropConnection(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  private clearTimers(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.pingTimer);
    clearTimeout(this.silenceTimer);
    this.retryTimer = undefined;
    this.pingTimer = undefined;
    this.silenceTimer = undefined;
  }
}

type Timer = ReturnType<typeof setTimeout>;
