import type { FastifyInstance } from "fastify";
import { AGENTS } from "../agents/agents.js";
import { isoMicros, systemClock } from "../clock.js";
import type { Metrics } from "../metrics.js";
import type { ThreatStore } from "../store/store.js";
import { AGENT_KEYS } from "../types.js";

const VERSION = "2.0";

/** What the health routes look at. */
export interface HealthDependencies {
  readonly store: ThreatStore;
  readonly metrics: Metrics;
  /** True once the process is on its way out. */
  readonly draining: () => boolean;
}

/** `/`, `/health` (the process lives), `/ready` (it can serve) and `/metrics`. */
export function healthRoutes(app: FastifyInstance, deps: HealthDependencies): void {
  const { store, metrics, draining } = deps;
  const started = performance.now();

  app.get("/", async () => ({
    service: "SOC Agent System",
    version: VERSION,
    status: "running",
    timestamp: isoMicros(systemClock()),
    endpoints: { health: "/health", ready: "/ready", metrics: "/metrics", api: "/api/threats" },
  }));

  // Never asks Redis: a restart of this process would not bring Redis back.
  app.get("/health", async () => ({
    status: "healthy",
    version: VERSION,
    uptime_seconds: Math.round((performance.now() - started) / 10) / 100,
  }));

  app.get("/ready", async (_request, reply) => {
    const components = await checkComponents(store);
    const failed = failedComponents(components);
    const reason = draining()
      ? "Shutting down"
      : failed.length > 0
        ? `Components not ready: ${failed.join(", ")}`
        : null;
    if (reason === null) {
      return { status: "ready", components };
    }
    return reply.code(503).send({ status: "not_ready", reason, components });
  });

  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

/** The parts of the system and whether each can work; `redis` is null where no Redis is used. */
interface Components {
  readonly coordinator: boolean;
  readonly store: boolean;
  readonly redis: boolean | null;
  readonly agents: Readonly<Record<string, boolean>>;
  readonly analyzers: Readonly<Record<string, boolean>>;
}

async function checkComponents(store: ThreatStore): Promise<Components> {
  return {
    coordinator: true,
    store: true,
    redis: store.kind === "redis" ? await answers(store) : null,
    agents: Object.fromEntries(AGENT_KEYS.map((key) => [key, key in AGENTS])),
    analyzers: { fp: true, response: true, timeline: true },
  };
}

/** Whether Redis answers now, and its events reach this process. */
async function answers(store: ThreatStore): Promise<boolean> {
  try {
    await store.ping();
    return store.live;
  } catch {
    return false;
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
