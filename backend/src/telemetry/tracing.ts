import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type ContextManager,
  type Span,
  type SpanOptions,
  type Tracer,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { parseTraceParent } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { systemClock } from "../base/clock.js";
import type { TracingConfig } from "../config/config.js";
import { sampled, sampledSpan, traceparentOf, type SpanIds } from "./activeTrace.js";
import type { Logger } from "./log.js";
import {
  NO_SPAN,
  noTracer,
  threatIds,
  type PhaseAttributes,
  type PhaseSpan,
  type PhaseTracer,
} from "./phases.js";
import { Collector } from "./collector.js";
import { serviceResource } from "./resource.js";
import { OnlyWhileTaken } from "./sampler.js";

/** Spans that may wait to be sent; more are dropped, so that a slow collector costs no memory. */
const MAX_QUEUE = 4096;
const SEND_EVERY_MS = 1000;
/** Longest wait for the collector at shutdown. */
const SHUTDOWN_TIMEOUT_MS = 2000;

/** Makes traces of what the service does. */
export interface Telemetry {
  /** Whether the collector answered the last look at it, at most 10 s ago. */
  readonly available: boolean;
  /** Makes the spans of an analysis. */
  readonly phases: PhaseTracer;
  /**
   * Begins the span of a request, as part of the trace that its `traceparent` names.
   *
   * @returns null where there is nothing to trace
   */
  request(name: string, attributes: PhaseAttributes, traceparent?: string): RequestSpan | null;
  /**
   * Runs `work`, which calls another service, as a span below the active one; without a span where
   * that one is not recorded, or there is none.
   */
  client<T>(
    name: string,
    attributes: PhaseAttributes,
    work: (span: PhaseSpan) => Promise<T>,
  ): Promise<T>;
  /** Runs what nobody has asked for as a trace of its own. */
  root<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Adds to what is told of the active span. */
  annotate(attributes: PhaseAttributes): void;
  /** The active span in the form of W3C, null if it is not recorded. */
  traceparent(): string | null;
  /** Runs what is done for an event that another pod may have published, as part of its trace. */
  received(threatId: string, traceparent: string | null, work: () => void): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

/** The span of a request. Until its work runs, that is read; a part of its own, as is the answer. */
export interface RequestSpan {
  /** Its ids if it is recorded. */
  readonly ids: SpanIds | undefined;
  /** Runs a part of what is done for the request. */
  run(work: () => void): void;
  /** The answer is being sent. */
  answering(): void;
  end(status: number): void;
}

/** Traces nothing. */
export const NO_TELEMETRY: Telemetry = {
  available: false,
  phases: noTracer,
  request: () => null,
  client: (_name, _attributes, work) => work(NO_SPAN),
  root: (_name, work) => work(),
  annotate: () => undefined,
  traceparent: () => null,
  received: (_id, _traceparent, work) => work(),
  close: async () => undefined,
};

/** Begins to trace. Without a collector the work goes on as if there were no traces. */
export function startTelemetry(
  { endpoint, ratio }: Pick<TracingConfig, "endpoint" | "ratio">,
  serviceName: string,
  log: Logger,
): Telemetry {
  useContexts();
  const collector = new Collector(endpoint, new OTLPTraceExporter({ url: endpoint }), log);
  const provider = new TracerProvider({
    resource: serviceResource(serviceName),
    sampler: new OnlyWhileTaken(collector, ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: collector,
        maxQueueSize: MAX_QUEUE,
        scheduledDelayMillis: SEND_EVERY_MS,
      }),
    ],
  });
  return new SpanTelemetry(provider.getTracer("soc-agent"), collector, async () => {
    const timeout = new Promise<void>((resolve) => {
      setTimeout(resolve, SHUTDOWN_TIMEOUT_MS).unref();
    });
    // What cannot be sent any more is lost; the process ends all the same.
    await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
  });
}

let contexts: ContextManager | null = null;

/** Lets the active span follow asynchronous work; once for the whole process. */
function useContexts(): void {
  if (contexts === null) {
    contexts = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(contexts);
  }
}

class SpanTelemetry implements Telemetry {
  readonly phases: PhaseTracer;

  constructor(
    private readonly tracer: Tracer,
    private readonly collector: Collector,
    readonly close: () => Promise<void>,
  ) {
    this.phases = {
      run: (phase, attributes, work) =>
        // Where the request is not recorded, its parts need no spans either, which cost time.
        trace.getActiveSpan()?.isRecording() === false
          ? noTracer.run(phase, attributes, work)
          : this.#span(phase, { attributes }, context.active(), work),
    };
  }

  get available(): boolean {
    return this.collector.available;
  }

  request(name: string, attributes: PhaseAttributes, traceparent?: string): RequestSpan {
    const parent = remote(traceparent ?? null);
    const started = systemClock();
    const span = this.#begin(name, { kind: SpanKind.SERVER, attributes }, parent, started);
    const active = trace.setSpan(parent, span);
    let part: Span | null = null;
    const endPart = (): void => {
      part?.end(systemClock());
      part = null;
    };
    const beginPart = (of: string, at?: number): void => {
      endPart();
      part = span.isRecording() ? this.#begin(of, {}, active, at) : null;
    };
    beginPart("read request", started);
    return {
      ids: sampled(span.spanContext()),
      run: (work) => {
        endPart();
        context.with(active, work);
      },
      answering: () => beginPart("write response"),
      end: (status) => {
        endPart();
        span.setAttributes({ "http.response.status_code": status, "http.status_code": status });
        if (status >= 500) {
          span.setAttribute("error.type", String(status));
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end(systemClock());
      },
    };
  }

  client<T>(
    name: string,
    attributes: PhaseAttributes,
    work: (span: PhaseSpan) => Promise<T>,
  ): Promise<T> {
    return trace.getActiveSpan()?.isRecording() === true
      ? this.#span(name, { kind: SpanKind.CLIENT, attributes }, context.active(), work)
      : work(NO_SPAN);
  }

  root<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#span(name, {}, ROOT_CONTEXT, work);
  }

  annotate(attributes: PhaseAttributes): void {
    trace.getActiveSpan()?.setAttributes(attributes);
  }

  traceparent(): string | null {
    const ids = sampledSpan();
    return ids === undefined ? null : traceparentOf(ids);
  }

  received(threatId: string, traceparent: string | null, work: () => void): void {
    if (traceparent === null) {
      work();
      return;
    }
    const parent = remote(traceparent);
    const options = { kind: SpanKind.CONSUMER, attributes: threatIds(threatId) };
    this.#span("threats:events receive", options, parent, work);
  }

  #span<T>(name: string, options: SpanOptions, parent: Context, work: (span: PhaseSpan) => T): T {
    const span = this.#begin(name, options, parent);
    return context.with(trace.setSpan(parent, span), () => finish(span, work));
  }

  /** By a clock that knows more than whole milliseconds, which is all that a span's own start has. */
  #begin(name: string, options: SpanOptions, parent: Context, startTime = systemClock()): Span {
    return this.tracer.startSpan(name, { ...options, startTime }, parent);
  }
}

/** Runs the work of a span and ends the span with it, be it by a value, a promise or an error. */
function finish<T>(span: Span, work: (span: PhaseSpan) => T): T {
  const failed = (error: unknown): void => {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
  };
  try {
    const result = work({ set: (attributes) => void span.setAttributes(attributes) });
    if (result instanceof Promise) {
      result.catch(failed).finally(() => span.end(systemClock()));
      return result;
    }
    span.end(systemClock());
    return result;
  } catch (error) {
    failed(error);
    span.end(systemClock());
    throw error;
  }
}

/** A context whose span is somebody else's; none if the text names no span. */
function remote(traceparent: string | null): Context {
  const span = traceparent === null ? null : parseTraceParent(traceparent);
  return span === null
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, { ...span, isRemote: true });
}
