import { format } from "node:util";
import { pino, type DestinationStream, type Logger } from "pino";
import type { Config } from "../config/config.js";
import { activeTrace } from "./activeTrace.js";

export type { Logger };

const LEVEL_NAMES: Readonly<Record<string, string>> = { warn: "WARNING", fatal: "CRITICAL" };

/**
 * The root logger: one JSON object per line on stdout, fields `level`, `timestamp`, `service`,
 * `logger_name`, `module`, `message`, within a trace `trace_id` and `span_id`, and what the caller adds.
 *
 * @param destination where lines go; stdout, written synchronously so that none is lost at exit
 */
export function createLogger(
  { logLevel, serviceName }: Pick<Config, "logLevel" | "serviceName">,
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
  return pino(
    {
      level: logLevel,
      messageKey: "message",
      base: { service: serviceName },
      mixin: activeTrace,
      timestamp: () => `,"timestamp":"${new Date().toISOString().slice(0, 19)}Z"`,
      formatters: {
        level: (label) => ({ level: LEVEL_NAMES[label] ?? label.toUpperCase() }),
      },
    },
    destination,
  );
}

/** A logger of one part of the program. */
export function moduleLogger(logger: Logger, module: string): Logger {
  return logger.child({ logger_name: `soc_agent.${module}`, module });
}

/** The fields that describe an error. */
export function errorFields(error: unknown): {
  readonly error: string;
  readonly exc_info?: string;
} {
  return error instanceof Error
    ? { error: error.message, exc_info: error.stack ?? error.message }
    : { error: String(error) };
}

/**
 * Makes whatever libraries and Node.js itself would print as plain text a JSON line too. An uncaught
 * error is logged and ends the process with exit code 1.
 */
export function captureOutput(logger: Logger): void {
  const log = moduleLogger(logger, "process");
  console.log = console.info = (...args: unknown[]) => log.info(format(...args));
  console.warn = (...args: unknown[]) => log.warn(format(...args));
  console.error = (...args: unknown[]) => log.error(format(...args));
  // Node.js's own listener prints to stderr.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn(errorFields(warning), "Warning of the runtime"));
  process.on("uncaughtException", (error) => {
    log.fatal(errorFields(error), "Uncaught error");
    process.exit(1);
  });
}
