import { trace, TraceFlags, type SpanContext } from "@opentelemetry/api";

/** The ids of a span, by the names that log lines and exemplars have for them. */
export type SpanIds = Readonly<Record<"trace_id" | "span_id", string>>;

/**
 * The ids of the active span, for log lines; nothing outside of one. The flags, as in a `traceparent`,
 * say whether the trace is recorded, so that it can be found by its id (`01`), or is not (`00`).
 */
export function activeTrace(): Partial<SpanIds> & { readonly trace_flags?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined
    ? {}
    : { ...idsOf(span), trace_flags: span.traceFlags.toString(16).padStart(2, "0") };
}

/** The ids of the active span if it is recorded: a link to any other one would lead nowhere. */
export function sampledSpan(): SpanIds | undefined {
  return sampled(trace.getActiveSpan()?.spanContext());
}

/** The ids of a span if it is recorded. */
export function sampled(span: SpanContext | undefined): SpanIds | undefined {
  return span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0
    ? undefined
    : idsOf(span);
}

/** The span in the form of W3C's `traceparent` and `traceresponse`. */
export function traceparentOf({ trace_id, span_id }: SpanIds): string {
  return `00-${trace_id}-${span_id}-01`;
}

function idsOf({ traceId, spanId }: SpanContext): SpanIds {
  return { trace_id: traceId, span_id: spanId };
}
