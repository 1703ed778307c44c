import { startApp, type App } from "./app.js";
import { ConfigError, loadConfig } from "./config/load.js";
import type { Config } from "./config/config.js";
import {
  captureOutput,
  createLogger,
  errorFields,
  moduleLogger,
  type Logger,
} from "./telemetry/log.js";

void main();

async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config);
  captureOutput(logger);
  const log = moduleLogger(logger, "main");
  const starting = startApp(config, logger);
  // Before the start is complete, since the first process of a container has no default handlers.
  stopOnSignal(starting, log);
  try {
    const { port } = await starting;
    const store = config.redis === null ? "memory" : "redis";
    log.info({ port, store }, "SOC agent system is listening");
  } catch (error) {
    log.fatal(errorFields(error), "Cannot start");
    process.exit(1);
  }
}

/** Ends the process in good order on the first signal, at once on the second. */
function stopOnSignal(starting: Promise<App>, log: Logger): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) {
      log.warn({ signal }, "Second signal: exiting at once");
      process.exit(1);
    }
    stopping = true;
    log.info({ signal }, "Shutting down");
    const clean = await (await starting).close();
    log.info({ clean }, "Shut down");
    process.exit(0);
  };
  process.on("SIGTERM", (signal) => void stop(signal));
  process.on("SIGINT", (signal) => void stop(signal));
}

/** The configuration; if the environment cannot be used, one log line says why and the process ends. */
function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [String(error)];
    const logger = createLogger({ logLevel: "info", serviceName: "soc-agent-system" });
    moduleLogger(logger, "config").fatal({ problems }, String(error));
    process.exit(1);
  }
}
