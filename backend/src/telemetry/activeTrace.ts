import { trace } from "@opentelemetry/api";

/** The ids of the active span, for log lines; nothing outside of one. */
export function activeTrace(): { readonly trace_id?: string; readonly span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
