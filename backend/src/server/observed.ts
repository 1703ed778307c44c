import type { FastifyInstance, FastifyRequest } from "fastify";
import { traceparentOf, type SpanIds } from "../telemetry/activeTrace.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { RequestSpan, Telemetry } from "../telemetry/tracing.js";

/** Gives the ids of a request's span if it is recorded. */
export type SpanOf = (request: FastifyRequest) => SpanIds | undefined;

/** Counts and times every request. To be called before routes are added, so that none is unknown. */
export function observeRequests(server: FastifyInstance, metrics: Metrics, spanOf: SpanOf): void {
  const labels = ({ method, routeOptions }: FastifyRequest) => ({
    method,
    handler: routeOptions.url ?? "none",
  });
  server.addHook("onRoute", ({ method, url }) => {
    // It comes by itself beside GET.
    [method]
      .flat()
      .filter((name) => name !== "HEAD")
      .forEach((name) => metrics.httpRoute(name, url));
  });
  // Hooks without promises: each of these would cost as much as a rule, and every request passes here.
  server.addHook("onRequest", (request, _reply, done) => {
    metrics.httpInProgress.inc(labels(request));
    done();
  });
  server.addHook("onResponse", (request, reply, done) => {
    const sent = Number(reply.getHeader("content-length"));
    const { method, handler } = labels(request);
    metrics.httpInProgress.dec({ method, handler });
    metrics.httpRequestDone({
      method,
      handler,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
      requestBytes: Number(request.headers["content-length"] ?? 0) || 0,
      responseBytes: sent || 0,
      span: spanOf(request),
    });
    done();
  });
}

/** Routes that machines ask all the time: a trace of each would hide the others. */
const UNTRACED: ReadonlySet<string> = new Set([
  "/health",
  "/ready",
  "/metrics",
  "/api/observability",
]);

/**
 * Makes a span of every request to a route that is worth one, and tells the caller by which ids to find
 * it if it is recorded (https://www.w3.org/TR/trace-context-2/#traceresponse-header).
 */
export function traceRequests(server: FastifyInstance, telemetry: Telemetry): SpanOf {
  const spans = new WeakMap<FastifyRequest, RequestSpan>();
  server.addHook("onRequest", (request, reply, done) => {
    const { method, headers } = request;
    const { url: route } = request.routeOptions;
    if (route !== undefined && !UNTRACED.has(route)) {
      const { traceparent } = headers;
      const span = telemetry.request(
        `${method} ${route}`,
        {
          // The names of today, and those of before 1.23, as instrumentations write both meanwhile:
          // https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/
          "http.request.method": method,
          "http.method": method,
          "http.route": route,
        },
        typeof traceparent === "string" ? traceparent : undefined,
      );
      if (span !== null) {
        spans.set(request, span);
        if (span.ids !== undefined) {
          reply.header("traceresponse", traceparentOf(span.ids));
        }
      }
    }
    done();
  });
  // The body has been read by now. Earlier hooks would lose the active span on the way through it.
  server.addHook("preHandler", (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) {
      done();
    } else {
      span.run(done);
    }
  });
  server.addHook("onSend", (request, _reply, payload, done) => {
    spans.get(request)?.answering();
    done(null, payload);
  });
  server.addHook("onResponse", (request, reply, done) => {
    spans.get(request)?.end(reply.statusCode);
    done();
  });
  return (request) => spans.get(request)?.ids;
}
