import type { Socket } from "node:net";
import cors from "@fastify/cors";
import { SOURCES } from "./ingest/sources.js";
import { createPanel } from "./model/panel.js";
import { reportModel } from "./model/report.js";
import type { Config } from "./config/config.js";
import { Coordinator } from "./service/coordinator.js";
import { withDemo } from "./service/demoIntel.js";
import { EventFeed } from "./server/eventFeed.js";
import { generateThreats } from "./service/generatorJob.js";
import { Login, type LoginOptions } from "./login/login.js";
import { refuseStrangers } from "./server/access.js";
import { answerErrors, createServer, RECEIVING } from "./server/http.js";
import { requireLogin } from "./server/login.js";
import { observeRequests, traceRequests } from "./server/observed.js";
import { answerUpgrades } from "./server/upgrades.js";
import { AuditLog } from "./telemetry/audit.js";
import { errorFields, moduleLogger, type Logger } from "./telemetry/log.js";
import { Metrics } from "./telemetry/metrics.js";
import { ModelMetrics } from "./telemetry/modelMetrics.js";
import { docsRoutes } from "./routes/docs.js";
import { healthRoutes } from "./routes/health.js";
import { ingestRoutes } from "./routes/ingest.js";
import { observabilityRoutes } from "./routes/observability.js";
import { operationRoutes } from "./routes/operations.js";
import { quarantineRoutes } from "./routes/quarantine.js";
import { recordRoutes } from "./routes/records.js";
import { Routes } from "./routes/route.js";
import { sessionRoutes } from "./routes/session.js";
import { threatRoutes } from "./routes/threats.js";
import { Quarantining } from "./service/quarantining.js";
import { rulesVersion } from "./service/rulesVersion.js";
import { ThreatService } from "./service/threatService.js";
import { openStore } from "./store/open.js";
import { QuarantineMetrics } from "./telemetry/quarantineMetrics.js";
import { NO_TELEMETRY, startTelemetry } from "./telemetry/tracing.js";
import { History, HISTORY } from "./threats/history.js";
import { WebSocketHub, type HubOptions } from "./server/webSockets.js";

/** Time for requests and WebSocket clients to end by themselves at shutdown, in ms. */
const SHUTDOWN_TIMEOUT_MS = 10_000;
/** Part of it that a WebSocket client gets to answer the goodbye. */
const GOODBYE_TIMEOUT_MS = 2_000;

/** Other bounds than the production ones. */
export type AppOptions = HubOptions & LoginOptions;

/** The running service. */
export interface App {
  /** The port listened on; of interest where the configured one is 0. */
  readonly port: number;
  /**
   * Stops: no new connections, `/ready` says no, WebSockets get 1001, running requests finish.
   *
   * @param timeoutMs after this the connections that are left are cut; default 10 s
   * @returns whether everything ended by itself
   */
  close(timeoutMs?: number): Promise<boolean>;
}

/**
 * Starts the service. It listens at once and does not wait for Redis: `/ready` tells when that is
 * there.
 *
 * @param options for tests, which would wait too long
 */
export async function startApp(config: Config, logger: Logger, options?: AppOptions): Promise<App> {
  const log = moduleLogger(logger, "app");
  const history = new History(Math.min(HISTORY, config.maxStoredThreats));
  const metrics = new Metrics(config);
  const telemetry =
    config.tracing === null
      ? NO_TELEMETRY
      : startTelemetry(config.tracing, config.serviceName, moduleLogger(logger, "telemetry"));
  const sources = Object.values(SOURCES).map(({ name }) => name);
  const quarantineMetrics = new QuarantineMetrics(metrics.registry, sources);
  const store = openStore(config, metrics, telemetry, moduleLogger(logger, "store"), (fallen) =>
    quarantineMetrics.fallen(fallen),
  );
  const quarantining = new Quarantining(store.quarantine, quarantineMetrics, log);
  const hub = new WebSocketHub(store, metrics, moduleLogger(logger, "ws"), options);
  const { model } = config;
  const modelMetrics = new ModelMetrics(
    metrics.registry,
    model?.model ?? "",
    model === null || model.prices !== undefined,
  );
  const panel = await createPanel(model, {
    ...reportModel(moduleLogger(logger, "model")),
    onUsage: (asker, usage) => modelMetrics.used(asker, usage),
    tracer: telemetry,
  });
  const coordinator = new Coordinator({
    agents: panel.agents,
    onAgentDone: (agent, seconds) => metrics.agentDone(agent, seconds),
    onAgentError: (agent, error) =>
      log.error(
        { agent_name: agent, component: "coordinator", ...errorFields(error) },
        "Agent failed",
      ),
    tracer: telemetry.phases,
  });
  const service = new ThreatService({
    coordinator,
    store,
    history,
    metrics,
    telemetry,
    log: moduleLogger(logger, "coordinator"),
  });
  if (store.kind === "memory") {
    log.warn("REDIS_URL is not set: threats stay in this process, so run a single pod only");
  }
  const feed = new EventFeed(history, hub, telemetry, metrics.webSockets);
  store.start(config.demo ? withDemo(feed, store, log) : feed);

  // Reads files: now, and not while the first threat waits.
  rulesVersion();
  let draining = false;
  const server = createServer(RECEIVING, config.trustedProxies);
  await server.register(cors, {
    origin: [...config.corsOrigins],
    credentials: true,
    methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    // Else it answers what is no preflight in a form of its own.
    strictPreflight: false,
  });
  observeRequests(server, metrics, traceRequests(server, telemetry));
  answerErrors(server, log);
  const access = { origins: config.corsOrigins, hosts: config.allowedHosts };
  refuseStrangers(server, access);
  const login = config.login && new Login(config.login, logger, options);
  requireLogin(server, login);
  // A client that keeps its connection would hold up the shutdown.
  server.addHook("onSend", (_request, reply, payload, done) => {
    if (draining) {
      reply.header("connection", "close");
    }
    done(null, payload);
  });
  const routes = new Routes(server);
  healthRoutes(routes, { store, metrics, panel, draining: () => draining });
  const reporting = { audit: new AuditLog(logger), log: moduleLogger(logger, "api") };
  threatRoutes(routes, { service, store, ...reporting });
  recordRoutes(routes, { store });
  await ingestRoutes(routes, { service, quarantining, ...reporting });
  quarantineRoutes(routes, { store, ...reporting });
  operationRoutes(routes, { store, ...reporting }, config.demo);
  observabilityRoutes(routes, config.tracing?.links ?? null, telemetry);
  sessionRoutes(routes, login !== null);
  docsRoutes(routes, login !== null);
  const sockets = new Set<Socket>();
  server.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  answerUpgrades(server.server, hub, { access, login }, moduleLogger(logger, "ws"));
  // No host, as Node.js has it: IPv6, which takes IPv4 as well, or IPv4 alone where the kernel has no
  // other. Fastify would take a missing one for localhost.
  await server.listen({ host: config.host ?? "", port: config.port });
  const stopGenerating =
    config.generateEverySeconds === null
      ? () => undefined
      : generateThreats(config.generateEverySeconds, service, store, log, telemetry);

  const close = async (timeoutMs = SHUTDOWN_TIMEOUT_MS): Promise<boolean> => {
    draining = true;
    stopGenerating();
    // Node.js waits for a connection that has not carried a request yet as if one were running.
    [...sockets].filter((socket) => socket.bytesRead === 0).forEach((socket) => socket.destroy());
    let clean = true;
    const timer = setTimeout(() => {
      clean = false;
      server.server.closeAllConnections();
    }, timeoutMs);
    await Promise.all([hub.close(Math.min(timeoutMs, GOODBYE_TIMEOUT_MS)), server.close()]);
    clearTimeout(timer);
    login?.close();
    await quarantining.close();
    await store.close();
    await telemetry.close();
    return clean;
  };
  const address = server.server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? config.port) : config.port,
    close,
  };
}
