import { once } from "node:events";
import { WebSocket } from "ws";
import type { ThreatAnalysis } from "../../src/contract/threat.js";
import { eventually } from "./eventually.js";

/** An HTTP answer, its body parsed if it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** Talks to one pod. */
export class Api {
  /** @param headers of every request */
  constructor(
    readonly port: number,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** The same pod for somebody with a token. */
  as(token: string, headers: Readonly<Record<string, string>> = {}): Api {
    return new Api(this.port, { ...headers, authorization: `Bearer ${token}` });
  }

  async get(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      ...init,
      headers: { ...this.headers, ...(init.headers as Readonly<Record<string, string>>) },
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** Posts JSON; a string is sent as it is. */
  post(
    path: string,
    body: unknown,
    contentType = "application/json",
    method = "POST",
  ): Promise<Answer> {
    return this.get(path, {
      method,
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": contentType },
    });
  }

  /** Sends a person's decision of a threat. */
  patch(id: string, decisions: object): Promise<Answer> {
    return this.post(`/api/threats/${id}`, decisions, "application/json", "PATCH");
  }

  /** Triggers a threat, which must succeed. */
  async trigger(body: object = {}): Promise<ThreatAnalysis> {
    const answer = await this.post("/api/threats/trigger", body);
    if (answer.status !== 200) {
      throw new Error(`trigger answered ${answer.status}: ${answer.text}`);
    }
    return answer.json as ThreatAnalysis;
  }

  /** Waits until the pod says that it is ready. */
  ready(): Promise<void> {
    return eventually(async () => (await this.get("/ready")).status === 200, "ready");
  }
}

/** What the server sends over a WebSocket. */
export interface Message {
  readonly type: string;
  readonly data?: unknown;
  readonly timestamp?: string;
}

/** How a WebSocket client comes. */
interface WsOptions {
  readonly autoPong?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A WebSocket client that keeps what it gets. */
export class WsClient {
  readonly messages: Message[] = [];
  closeCode: number | null = null;
  closeReason = "";

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) =>
      this.messages.push(JSON.parse(data.toString()) as Message),
    );
    socket.on("close", (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
    });
    socket.on("error", () => undefined);
  }

  /** Connects and waits for the initial batch. */
  static async connect(port: number, options: WsOptions = {}): Promise<WsClient> {
    const client = WsClient.open(port, options);
    await eventually(() => client.messages.length > 0, "initial batch");
    return client;
  }

  /** Begins to connect. */
  static open(port: number, options: WsOptions = {}): WsClient {
    return new WsClient(new WebSocket(`ws://127.0.0.1:${port}/ws`, options));
  }

  /** Ids of the initial batch, newest first. */
  get batch(): readonly string[] {
    return this.messages
      .filter((message) => message.type === "initial_batch")
      .flatMap((message) => message.data as ThreatAnalysis[])
      .map((threat) => threat.id);
  }

  /** Ids of the threats that came as events, in order. */
  get events(): readonly string[] {
    return this.messages
      .filter((message) => message.type === "new_threat")
      .map((message) => (message.data as ThreatAnalysis).id);
  }

  /** Waits for so many events. */
  received(count: number): Promise<void> {
    return eventually(() => this.events.length >= count, `${count} event(s)`);
  }

  async close(): Promise<void> {
    if (this.socket.readyState !== WebSocket.CLOSED) {
      this.socket.terminate();
      await once(this.socket, "close");
    }
  }
}
