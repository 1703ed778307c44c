import type { Panel } from "../model/panel.js";
import { isoMicros, systemClock } from "../base/clock.js";
import type { Components } from "../contract/responses.js";
import { expose } from "../telemetry/exposition.js";
import type { Metrics } from "../telemetry/metrics.js";
import { StoreUnavailable, type ThreatStore } from "../store/store.js";
import type { Routes } from "./route.js";

/** The version of the API, which `/`, `/health` and `/openapi.json` tell. */
export const VERSION = "2.0";

/** What the health routes look at. */
export interface HealthDependencies {
  readonly store: ThreatStore;
  readonly metrics: Metrics;
  readonly panel: Panel;
  /** True once the process is on its way out. */
  readonly draining: () => boolean;
}

/** `/`, `/health` (the process lives), `/ready` (it can serve) and `/metrics`. */
export function healthRoutes(routes: Routes, deps: HealthDependencies): void {
  const { store, metrics, panel, draining } = deps;
  const started = performance.now();

  routes.add(
    {
      method: "GET",
      path: "/",
      summary: "What this is",
      allowed: ["reader"],
      answers: { 200: { description: "The service", schema: "Service" } },
    },
    () => ({
      service: "SOC Agent System",
      version: VERSION,
      status: "running",
      timestamp: isoMicros(systemClock()),
      endpoints: { health: "/health", ready: "/ready", metrics: "/metrics", api: "/api/threats" },
    }),
  );

  // Never asks Redis: a restart of this process would not bring Redis back.
  routes.add(
    {
      method: "GET",
      path: "/health",
      summary: "Whether the process lives",
      allowed: "everybody",
      answers: { 200: { description: "It does", schema: "Health" } },
    },
    () => ({
      status: "healthy",
      version: VERSION,
      uptime_seconds: Math.round((performance.now() - started) / 10) / 100,
    }),
  );

  routes.add(
    {
      method: "GET",
      path: "/ready",
      summary: "Whether it can serve, with what it needs",
      allowed: "everybody",
      answers: {
        200: { description: "It can", schema: "Ready" },
        503: { description: "It cannot, with the reason", schema: "NotReady" },
      },
    },
    async ({ reply }) => {
      const redisError = store.kind === "redis" ? await failure(store) : null;
      const components = checkComponents(store, panel, redisError);
      const failed = failedComponents(components);
      const reason = draining()
        ? "Shutting down"
        : failed.length > 0
          ? `Components not ready: ${failed.join(", ")}`
          : null;
      if (reason === null) {
        // A model that fails takes nothing away: the rules judge in its place.
        return { status: "ready", components, model: panel.state() };
      }
      return reply.code(503).send({
        status: "not_ready",
        reason,
        components,
        ...(redisError !== null && { redis_error: redisError }),
      });
    },
  );

  routes.add(
    {
      method: "GET",
      path: "/metrics",
      summary: "Metrics for Prometheus",
      allowed: "everybody",
      answers: {
        200: { description: "In the text format of Prometheus, or OpenMetrics if asked" },
      },
    },
    async ({ request, reply }) => {
      const { contentType, text } = await expose(metrics.registry, request.headers.accept);
      return reply.header("vary", "accept").type(contentType).send(text);
    },
  );
}

function checkComponents(
  store: ThreatStore,
  { agents }: Panel,
  redisError: string | null,
): Components {
  return {
    // Both are made before the server listens.
    coordinator: true,
    store: true,
    redis: store.kind === "redis" ? redisError === null : null,
    agents: {
      historical: "historical" in agents,
      config: "config" in agents,
      devops: "devops" in agents,
      context: "context" in agents,
      priority: "priority" in agents,
    },
    analyzers: { fp: true, response: true, timeline: true },
  };
}

/** Why Redis does not answer now, or its events do not reach this process; null if all is well. */
async function failure(store: ThreatStore): Promise<string | null> {
  try {
    await store.ping();
    return store.live ? null : "its events do not reach this process yet";
  } catch (error) {
    return error instanceof StoreUnavailable ? error.reason : "it does not answer";
  }
}

function failedComponents({ agents, analyzers, ...parts }: Components): readonly string[] {
  return [
    ...Object.entries(parts),
    ...Object.entries(agents).map(([name, ok]) => [`agent:${name}`, ok] as const),
    ...Object.entries(analyzers).map(([name, ok]) => [`analyzer:${name}`, ok] as const),
  ]
    .filter(([, ok]) => ok === false)
    .map(([name]) => name);
}
