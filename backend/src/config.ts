import * as z from "zod";

const LEVELS = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
} as const;

/** How the process is set up; comes from the environment alone. */
export interface Config {
  /** TCP port, 0 for any free one. `PORT`, default 8000. */
  readonly port: number;
  /** Address to listen on. `HOST`, default 0.0.0.0. */
  readonly host: string;
  /** `REDIS_URL` with `REDIS_PASSWORD` put in; null (the default) means to keep threats in memory. */
  readonly redisUrl: string | null;
  /** Least level that is logged. `LOG_LEVEL` in any case, default INFO. */
  readonly logLevel: (typeof LEVELS)[keyof typeof LEVELS];
  /** The name under which logs are filed. `OTEL_SERVICE_NAME`, default soc-agent-system. */
  readonly serviceName: string;
  /** How many threats are kept. `MAX_STORED_THREATS`, default 100. */
  readonly maxStoredThreats: number;
  /** Browser origins that may call the API. `CORS_ORIGINS`, a JSON list. */
  readonly corsOrigins: readonly string[];
}

/** The environment cannot be used; the message names every problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(`Invalid configuration: ${problems.join("; ")}`);
  }
}

const DEFAULT_CORS_ORIGINS = ["http://localhost:3000", "http://127.0.0.1:3000"];

const integer = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= low && value <= high);

const SCHEMA = z.object({
  PORT: integer(0, 65535).default(8000),
  HOST: z.string().default("0.0.0.0"),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .nullable()
    .default(null),
  REDIS_PASSWORD: z.string().optional(),
  LOG_LEVEL: z
    .string()
    .toUpperCase()
    .pipe(z.enum(["DEBUG", "INFO", "WARNING", "ERROR"]))
    .default("INFO"),
  OTEL_SERVICE_NAME: z.string().default("soc-agent-system"),
  MAX_STORED_THREATS: integer(1, 1000).default(100),
  CORS_ORIGINS: z
    .string()
    .transform(parseJson)
    .pipe(z.array(z.string()))
    .default(DEFAULT_CORS_ORIGINS),
});

const EXPECTED: Readonly<Record<keyof typeof SCHEMA.shape, string>> = {
  PORT: "a whole number from 0 to 65535",
  HOST: "an address",
  REDIS_URL: "a URL such as redis://redis:6379",
  REDIS_PASSWORD: "a password",
  LOG_LEVEL: "DEBUG, INFO, WARNING or ERROR",
  OTEL_SERVICE_NAME: "a name",
  MAX_STORED_THREATS: "a whole number from 1 to 1000",
  CORS_ORIGINS: 'a JSON list such as ["http://localhost:3000"]',
};

/** A URL may hold a password, so its value is never repeated. */
const UNSPEAKABLE: readonly string[] = ["REDIS_URL", "REDIS_PASSWORD"];

/**
 * Reads the configuration. An empty variable counts as absent, as empty values of a ConfigMap do.
 *
 * @param env usually `process.env`
 * @throws {@link ConfigError} with all problems at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) {
    const keys = new Set(
      parsed.error.issues.map((issue) => issue.path[0] as keyof typeof EXPECTED),
    );
    throw new ConfigError(
      [...keys].map((key) => {
        const got = UNSPEAKABLE.includes(key) ? "" : `, got ${JSON.stringify(given[key])}`;
        return `${key} must be ${EXPECTED[key]}${got}`;
      }),
    );
  }
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.HOST,
    redisUrl: values.REDIS_URL && withPassword(values.REDIS_URL, values.REDIS_PASSWORD),
    logLevel: LEVELS[values.LOG_LEVEL],
    serviceName: values.OTEL_SERVICE_NAME,
    maxStoredThreats: values.MAX_STORED_THREATS,
    corsOrigins: values.CORS_ORIGINS,
  };
}

function withPassword(redisUrl: string, password: string | undefined): string {
  if (password === undefined) {
    return redisUrl;
  }
  const url = new URL(redisUrl);
  url.password = encodeURIComponent(password);
  return url.href;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
