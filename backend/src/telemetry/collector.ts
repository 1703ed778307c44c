import { connect } from "node:net";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "../log.js";

const CONNECT_TIMEOUT_MS = 2000;
/** A collector that starts together with this process is there a moment later, so look soon. */
const FIRST_RETRY_MS = 1000;
/** One that has been away for long may never come. */
const MAX_RETRY_MS = 30_000;

/**
 * Knows whether there is a collector. Most clusters have none, and the endpoint has a default all the
 * same: then nothing is recorded, one line says so, and a look every now and then finds out when one
 * has come.
 */
export class Collector implements SpanExporter {
  #reachable = true;
  #told = false;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;
  #retryMs = FIRST_RETRY_MS;

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

  /** False while no collector answers. */
  get reachable(): boolean {
    return this.#reachable;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (!this.#reachable) {
      done({ code: ExportResultCode.FAILED });
      return;
    }
    this.exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) {
        this.#lost(result.error?.message ?? "export failed");
      } else {
        // Not as soon as something listens: it may take connections and no traces.
        this.#retryMs = FIRST_RETRY_MS;
      }
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer ?? undefined);
    await this.exporter.shutdown();
  }

  #lost(error: string): void {
    this.#reachable = false;
    if (this.#closed) {
      return;
    }
    if (!this.#told) {
      this.log.info(
        { error, endpoint: this.endpoint },
        "No collector for traces: none are recorded",
      );
      this.#told = true;
    }
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => void this.#look(), this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS);
  }

  async #look(): Promise<void> {
    const error = await tryConnect(this.endpoint);
    if (error !== null) {
      this.#lost(error);
      return;
    }
    this.#reachable = true;
    this.#told = false;
    this.log.info({ endpoint: this.endpoint }, "Traces go to the collector");
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
