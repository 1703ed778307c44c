import { connect } from "node:net";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "./log.js";

const CONNECT_TIMEOUT_MS = 2000;
/** Together with the timeout, what happens is known within 10 s. */
const LOOK_EVERY_MS = 5000;
/** A collector that starts together with this process is there a moment later, so look soon. */
const FIRST_RETRY_MS = 1000;
/** One that takes connections and no traces may never take any. */
const MAX_PAUSE_MS = 30_000;

/**
 * Knows whether there is a collector. Most clusters have none, and the endpoint has a default all the
 * same: then nothing is recorded, one line says so, and a look every few seconds finds out when one has
 * come, or gone while there was nothing to send.
 */
export class Collector implements SpanExporter {
  /** Whether it answered the last look; null before the first one. */
  #answers: boolean | null = null;
  /** It answers, but has just refused traces. */
  #paused = false;
  #pauseMs = FIRST_RETRY_MS;
  #retryMs = FIRST_RETRY_MS;
  /** What the last log line said. */
  #told: boolean | null = null;
  #closed = false;
  #nextLook: NodeJS.Timeout | undefined;
  #endOfPause: NodeJS.Timeout | undefined;

  /**
   * @param endpoint URL of the collector
   * @param exporter sends to it
   */
  constructor(
    private readonly endpoint: string,
    private readonly exporter: SpanExporter,
    private readonly log: Logger,
  ) {
    void this.#look();
  }

  /** Whether the collector answered the last look at it. */
  get available(): boolean {
    return this.#answers === true;
  }

  /** Whether traces reach it, as far as is known. */
  get takesTraces(): boolean {
    return this.available && !this.#paused;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (!this.takesTraces) {
      done({ code: ExportResultCode.FAILED });
      return;
    }
    this.exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) {
        this.#pause(result.error?.message ?? "export failed");
      } else {
        this.#pauseMs = FIRST_RETRY_MS;
      }
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#nextLook);
    clearTimeout(this.#endOfPause);
    await this.exporter.shutdown();
  }

  /** Sends nothing for a while, which grows as long as nothing is taken, and looks at once. */
  #pause(error: string): void {
    if (this.#closed) {
      return;
    }
    this.#paused = true;
    this.#tell(error);
    clearTimeout(this.#endOfPause);
    this.#endOfPause = setTimeout(() => {
      this.#paused = false;
      void this.#look();
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    void this.#look();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#nextLook);
    const error = await tryConnect(this.endpoint);
    if (this.#closed) {
      return;
    }
    this.#answers = error === null;
    this.#tell(error);
    clearTimeout(this.#nextLook);
    const wait = this.#answers ? LOOK_EVERY_MS : this.#retryMs;
    this.#retryMs = this.#answers ? FIRST_RETRY_MS : Math.min(2 * wait, LOOK_EVERY_MS);
    this.#nextLook = setTimeout(() => void this.#look(), wait).unref();
  }

  /** One line for each change. */
  #tell(error: string | null): void {
    const { endpoint } = this;
    if (this.#told === this.takesTraces) {
      return;
    }
    this.#told = this.takesTraces;
    if (this.takesTraces) {
      this.log.info({ endpoint }, "Traces go to the collector");
    } else {
      this.log.info({ error, endpoint }, "No collector for traces: none are recorded");
    }
  }
}

/** Why no connection can be made; null if one can. */
function tryConnect(endpoint: string): Promise<string | null> {
  const { hostname, port, protocol } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(port || (protocol === "https:" ? 443 : 4317)),
      timeout: CONNECT_TIMEOUT_MS,
    });
    const end = (error: string | null): void => {
      socket.destroy();
      resolve(error);
    };
    socket.once("connect", () => end(null));
    socket.once("timeout", () => end("connection timed out"));
    socket.once("error", (error) => end(error.message));
  });
}
