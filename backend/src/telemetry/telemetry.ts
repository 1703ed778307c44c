import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type ContextManager,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { parseTraceParent } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { TracingConfig } from "../config.js";
import type { Logger } from "../log.js";
import { noTracer, type PhaseAttributes, type PhaseSpan, type PhaseTracer } from "../phases.js";
import { Collector } from "./collector.js";

/** Spans that may wait to be sent; more are dropped, so that a slow collector costs no memory. */
const MAX_QUEUE = 4096;
const SEND_EVERY_MS = 1000;
/** Longest wait for the collector at shutdown. */
const SHUTDOWN_TIMEOUT_MS = 2000;

/** Makes traces of what the service does. */
export interface Telemetry {
  /** Makes the spans of an analysis. */
  readonly phases: PhaseTracer;
  /**
   * Begins the span of a request, as part of the trace that its `traceparent` names.
   *
   * @returns null where there is nothing to trace
   */
  request(name: string, attributes: PhaseAttributes, traceparent?: string): RequestSpan | null;
  /** The active span in the form of W3C, null if it is not recorded. */
  traceparent(): string | null;
  /** Runs what is done for an event that another pod may have published, as part of its trace. */
  received(threatId: string, traceparent: string | null, work: () => void): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

/** The span of a request. */
export interface RequestSpan {
  /** Runs a part of what is done for the request. */
  run(work: () => void): void;
  end(status: number): void;
}

/** Traces nothing. */
export const NO_TELEMETRY: Telemetry = {
  phases: noTracer,
  request: () => null,
  traceparent: () => null,
  received: (_id, _traceparent, work) => work(),
  close: async () => undefined,
};

/** Begins to trace. Without a collector the work goes on as if there were no traces. */
export function startTelemetry(
  { endpoint, ratio }: TracingConfig,
  serviceName: string,
  log: Logger,
): Telemetry {
  useContexts();
  const collector = new Collector(endpoint, new OTLPTraceExporter({ url: endpoint }), log);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName }),
    sampler: new OnlyWhileReachable(collector, ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: collector,
        maxQueueSize: MAX_QUEUE,
        scheduledDelayMillis: SEND_EVERY_MS,
      }),
    ],
  });
  return new SpanTelemetry(provider.getTracer("soc-agent"), async () => {
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

/** Records a share of the traces, and none while nobody takes them. Log lines have ids all the same. */
class OnlyWhileReachable implements Sampler {
  readonly #sampler: ParentBasedSampler;

  constructor(
    private readonly collector: Collector,
    ratio: number,
  ) {
    this.#sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }

  shouldSample(...args: Parameters<Sampler["shouldSample"]>) {
    return this.collector.reachable
      ? this.#sampler.shouldSample(...args)
      : { decision: SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `OnlyWhileReachable{${this.#sampler.toString()}}`;
  }
}

class SpanTelemetry implements Telemetry {
  readonly phases: PhaseTracer;

  constructor(
    private readonly tracer: Tracer,
    readonly close: () => Promise<void>,
  ) {
    this.phases = {
      run: (phase, attributes, work) =>
        // Where the request is not recorded, its parts need no spans either, which cost time.
        trace.getActiveSpan()?.isRecording() === false
          ? noTracer.run(phase, attributes, work)
          : this.tracer.startActiveSpan(phase, { attributes }, (span) => finish(span, work)),
    };
  }

  request(name: string, attributes: PhaseAttributes, traceparent?: string): RequestSpan {
    const parent = remote(traceparent ?? null);
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    const active = trace.setSpan(parent, span);
    return {
      run: (work) => context.with(active, work),
      end: (status) => {
        span.setAttribute("http.status_code", status);
        if (status >= 500) {
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }

  traceparent(): string | null {
    const span = trace.getActiveSpan()?.spanContext();
    return span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0
      ? null
      : `00-${span.traceId}-${span.spanId}-01`;
  }

  received(threatId: string, traceparent: string | null, work: () => void): void {
    if (traceparent === null) {
      work();
      return;
    }
    const parent = remote(traceparent);
    const options = { kind: SpanKind.CONSUMER, attributes: { "threat.analysis_id": threatId } };
    this.tracer.startActiveSpan("threats:events receive", options, parent, (span) =>
      finish(span, work),
    );
  }
}

/** Runs the work of a span and ends the span with it, be it by a value, a promise or an error. */
function finish<T>(span: Span, work: (span: PhaseSpan) => T): T {
  const failed = (error: unknown): void => {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  };
  try {
    const result = work({ set: (attributes) => void span.setAttributes(attributes) });
    if (result instanceof Promise) {
      result.catch(failed).finally(() => span.end());
      return result;
    }
    span.end();
    return result;
  } catch (error) {
    failed(error);
    span.end();
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
