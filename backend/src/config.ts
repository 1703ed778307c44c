import { readFileSync } from "node:fs";
import * as z from "zod";

const LEVELS = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
} as const;

/** How to reach Redis. */
export interface RedisConfig {
  /** `redis://` or `rediss://` (TLS). May hold a user and, where {@link password} is null, a password. */
  readonly url: string;
  /** Wins over one in the URL. `REDIS_PASSWORD` or the content of `REDIS_PASSWORD_FILE`. */
  readonly password: string | null;
  /** PEM text of the authorities trusted for `rediss://`, from `REDIS_CA_FILE`; null for the system's. */
  readonly ca: string | null;
}

/** How to ask the language model. */
export interface ModelConfig {
  /** `OPENAI_API_KEY` or the content of `OPENAI_API_KEY_FILE`. */
  readonly apiKey: string;
  /** `LLM_MODEL`, default gpt-4o-mini. */
  readonly model: string;
  /** Where the API is, for compatible servers; `OPENAI_BASE_URL`, null for the official one. */
  readonly baseUrl: string | null;
  /** 0 to 2; `LLM_TEMPERATURE`, default 0.7. */
  readonly temperature: number;
  /** Most tokens of an answer; `LLM_MAX_TOKENS`, default 1000. */
  readonly maxTokens: number;
  /** Longest wait for all that one agent asks, in seconds; `LLM_TIMEOUT`, default 30. */
  readonly timeoutSeconds: number;
}

/** Where traces go. */
export interface TracingConfig {
  /** OTLP over gRPC; `OTEL_EXPORTER_OTLP_ENDPOINT`, default http://otel-collector:4317. */
  readonly endpoint: string;
  /** Share of the traces begun here that are kept, 0 to 1; `OTEL_TRACES_SAMPLER_ARG`, default 1. */
  readonly ratio: number;
}

/** How the process is set up; comes from the environment alone. */
export interface Config {
  /** TCP port, 0 for any free one. `PORT`, default 8000. */
  readonly port: number;
  /** Address to listen on. `HOST`, default 0.0.0.0. */
  readonly host: string;
  /** From `REDIS_URL`; null (the default, without it) means to keep threats in memory. */
  readonly redis: RedisConfig | null;
  /** Null without an API key, or with `FORCE_MOCK_MODE`: the agents then work by rules alone. */
  readonly model: ModelConfig | null;
  /** Null with `OTEL_SDK_DISABLED`: no traces. */
  readonly tracing: TracingConfig | null;
  /** Least level that is logged. `LOG_LEVEL` in any case, default INFO. */
  readonly logLevel: (typeof LEVELS)[keyof typeof LEVELS];
  /** The name under which logs and traces are filed. `OTEL_SERVICE_NAME`, default soc-agent-system. */
  readonly serviceName: string;
  /** How many threats are kept. `MAX_STORED_THREATS`, default 100. */
  readonly maxStoredThreats: number;
  /** Browser origins that may call the API. `CORS_ORIGINS`, a JSON list. */
  readonly corsOrigins: readonly string[];
  /**
   * Seconds between threats that come by themselves, of all pods together; null for none.
   * `THREAT_GENERATION_INTERVAL` (default 30) where `ENABLE_AUTO_THREAT_GENERATION` is true.
   */
  readonly generateEverySeconds: number | null;
  /** Whether a few made-up packages are known as malicious. `DEMO_MODE`, default false. */
  readonly demo: boolean;
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

const decimal = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,3}(\.\d{1,9})?$/)
    .transform(Number)
    .refine((value) => value >= low && value <= high);

const flag = z.stringbool({
  truthy: ["true", "1", "yes", "on"],
  falsy: ["false", "0", "no", "off"],
});

const SCHEMA = z.object({
  PORT: integer(0, 65535).default(8000),
  HOST: z.string().default("0.0.0.0"),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_CA_FILE: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  FORCE_MOCK_MODE: flag.default(false),
  LLM_MODEL: z.string().default("gpt-4o-mini"),
  LLM_TEMPERATURE: decimal(0, 2).default(0.7),
  LLM_MAX_TOKENS: integer(1, 100_000).default(1000),
  LLM_TIMEOUT: integer(1, 300).default(30),
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .default("http://otel-collector:4317"),
  OTEL_TRACES_SAMPLER_ARG: decimal(0, 1).default(1),
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
  ENABLE_AUTO_THREAT_GENERATION: flag.default(false),
  THREAT_GENERATION_INTERVAL: integer(1, 86_400).default(30),
  DEMO_MODE: flag.default(false),
});
type Key = keyof typeof SCHEMA.shape;

const BOOLEAN = "true or false";
const EXPECTED: Readonly<Record<Key, string>> = {
  PORT: "a whole number from 0 to 65535",
  HOST: "an address",
  REDIS_URL: "a URL such as redis://redis:6379",
  REDIS_PASSWORD: "a password",
  REDIS_CA_FILE: "the path of a PEM file",
  OPENAI_API_KEY: "a key",
  OPENAI_BASE_URL: "a URL such as https://api.openai.com/v1",
  FORCE_MOCK_MODE: BOOLEAN,
  LLM_MODEL: "the name of a model",
  LLM_TEMPERATURE: "a number from 0 to 2",
  LLM_MAX_TOKENS: "a whole number from 1 to 100000",
  LLM_TIMEOUT: "a whole number of seconds from 1 to 300",
  OTEL_SDK_DISABLED: BOOLEAN,
  OTEL_EXPORTER_OTLP_ENDPOINT: "a URL such as http://otel-collector:4317",
  OTEL_TRACES_SAMPLER_ARG: "a number from 0 to 1",
  LOG_LEVEL: "DEBUG, INFO, WARNING or ERROR",
  OTEL_SERVICE_NAME: "a name",
  MAX_STORED_THREATS: "a whole number from 1 to 1000",
  CORS_ORIGINS: 'a JSON list such as ["http://localhost:3000"]',
  ENABLE_AUTO_THREAT_GENERATION: BOOLEAN,
  THREAT_GENERATION_INTERVAL: "a whole number of seconds from 1 to 86400",
  DEMO_MODE: BOOLEAN,
};

/** What may hold a secret is never repeated; a URL may hold a password. */
const UNSPEAKABLE: readonly string[] = ["REDIS_URL", "REDIS_PASSWORD", "OPENAI_API_KEY"];
/** Secrets that may also come as a file, named by the variable with `_FILE` behind. */
const FROM_FILE = ["REDIS_PASSWORD", "OPENAI_API_KEY"] as const;

/**
 * Reads the configuration. An empty variable counts as absent, as empty values of a ConfigMap do.
 *
 * @param env usually `process.env`
 * @throws {@link ConfigError} with all problems at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const readFile = (variable: string): string | undefined => {
    const path = given[variable];
    try {
      return path === undefined ? undefined : readFileSync(path, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      problems.push(`${variable} must be a file that can be read, got "${path ?? ""}" (${code})`);
      return undefined;
    }
  };
  for (const name of FROM_FILE) {
    const file = `${name}_FILE`;
    if (given[name] !== undefined && given[file] !== undefined) {
      problems.push(`${name} and ${file} are both set; give one of them`);
    }
    // An editor ends a file with a newline that no secret has. An empty file is an absent secret.
    given[name] ??= readFile(file)?.trimEnd() || undefined;
  }
  const ca = readFile("REDIS_CA_FILE") ?? null;

  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) {
    const keys = new Set(parsed.error.issues.map((issue) => issue.path[0] as Key));
    problems.push(
      ...[...keys].map((key) => {
        const got = UNSPEAKABLE.includes(key) ? "" : `, got ${JSON.stringify(given[key])}`;
        return `${key} must be ${EXPECTED[key]}${got}`;
      }),
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const values = parsed.data;
  const { REDIS_URL: url, OPENAI_API_KEY: apiKey } = values;
  return {
    port: values.PORT,
    host: values.HOST,
    redis: url === undefined ? null : { url, password: values.REDIS_PASSWORD ?? null, ca },
    model:
      apiKey === undefined || values.FORCE_MOCK_MODE
        ? null
        : {
            apiKey,
            model: values.LLM_MODEL,
            baseUrl: values.OPENAI_BASE_URL ?? null,
            temperature: values.LLM_TEMPERATURE,
            maxTokens: values.LLM_MAX_TOKENS,
            timeoutSeconds: values.LLM_TIMEOUT,
          },
    tracing: values.OTEL_SDK_DISABLED
      ? null
      : { endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT, ratio: values.OTEL_TRACES_SAMPLER_ARG },
    logLevel: LEVELS[values.LOG_LEVEL],
    serviceName: values.OTEL_SERVICE_NAME,
    maxStoredThreats: values.MAX_STORED_THREATS,
    corsOrigins: values.CORS_ORIGINS,
    generateEverySeconds: values.ENABLE_AUTO_THREAT_GENERATION
      ? values.THREAT_GENERATION_INTERVAL
      : null,
    demo: values.DEMO_MODE,
  };
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
