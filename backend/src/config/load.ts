import { readFileSync } from "node:fs";
import * as z from "zod";
import type { Config } from "./config.js";
import { DEFAULT_ENDPOINT, LINK, LINK_KEYS, linksOf } from "./links.js";
import { LOGIN_EXPECTED, LOGIN_KEYS, loginOf, MAY_BE_EMPTY } from "./login.js";
import { readMachineTokens } from "./machineTokens.js";
import { PROXIES } from "./proxies.js";
import { commaSeparated, errorCode } from "./texts.js";

/** By the names that Python's logging knows. */
const LEVELS = {
  NOTSET: "debug",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERROR: "error",
  CRITICAL: "fatal",
  FATAL: "fatal",
} as const satisfies Readonly<Record<string, Config["logLevel"]>>;

/** The environment cannot be used; the message names every problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(`Invalid configuration: ${problems.join("; ")}`);
  }
}

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

type LevelName = keyof typeof LEVELS;

const SCHEMA = z.object({
  PORT: integer(0, 65535).default(8000),
  HOST: z.string().nullable().default(null),
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
  LLM_INPUT_PRICE: decimal(0, 999).optional(),
  LLM_OUTPUT_PRICE: decimal(0, 999).optional(),
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).default(DEFAULT_ENDPOINT),
  OTEL_TRACES_SAMPLER_ARG: decimal(0, 1).default(1),
  TRACE_LINK: LINK.optional(),
  LOGS_LINK: LINK.optional(),
  LOG_LEVEL: z
    .string()
    .toUpperCase()
    .pipe(z.enum(Object.keys(LEVELS) as LevelName[]))
    .default("INFO"),
  OTEL_SERVICE_NAME: z.string().default("soc-agent-system"),
  IMAGE_TAG: z.string().nullable().default(null),
  MAX_STORED_THREATS: integer(1, 100_000).default(12_000),
  MAX_STORED_HOURS: integer(1, 87_600).nullable().default(null),
  CORS_ORIGINS: z.string().transform(parseJson).pipe(z.array(z.string())).default([]),
  ALLOWED_HOSTS: z
    .string()
    .toLowerCase()
    .transform(commaSeparated)
    .pipe(z.array(z.string().regex(/^(\*|(\*\.)?[a-z0-9]([\w.-]*[a-z0-9])?)$/)))
    .default([]),
  ...LOGIN_KEYS,
  TRUSTED_PROXIES: PROXIES.default([]),
  ENABLE_AUTO_THREAT_GENERATION: flag.default(false),
  THREAT_GENERATION_INTERVAL: integer(1, 86_400).default(30),
  DEMO_MODE: flag.default(false),
});
type Key = keyof typeof SCHEMA.shape;

const BOOLEAN = "true or false";
const PRICE = "the price of a million tokens in USD, from 0 to 999";
const TEMPLATE =
  "a path or an http(s) URL with {trace_id} or {threat_id} in its path or query, or empty for none";
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
  LLM_INPUT_PRICE: PRICE,
  LLM_OUTPUT_PRICE: PRICE,
  OTEL_SDK_DISABLED: BOOLEAN,
  OTEL_EXPORTER_OTLP_ENDPOINT: "a URL such as http://otel-collector:4317",
  OTEL_TRACES_SAMPLER_ARG: "a number from 0 to 1",
  TRACE_LINK: TEMPLATE,
  LOGS_LINK: TEMPLATE,
  LOG_LEVEL: "DEBUG, INFO, WARNING, ERROR or CRITICAL",
  OTEL_SERVICE_NAME: "a name",
  IMAGE_TAG: "a name",
  MAX_STORED_THREATS: "a whole number from 1 to 100000",
  MAX_STORED_HOURS: "a whole number of hours from 1 to 87600",
  CORS_ORIGINS: 'a JSON list such as ["http://localhost:3000"]',
  ALLOWED_HOSTS: "names without a port, separated by commas, such as soc.example.com,*.example.org",
  ...LOGIN_EXPECTED,
  TRUSTED_PROXIES: "addresses and networks, separated by commas, such as 10.0.0.7,10.244.0.0/16",
  ENABLE_AUTO_THREAT_GENERATION: BOOLEAN,
  THREAT_GENERATION_INTERVAL: "a whole number of seconds from 1 to 86400",
  DEMO_MODE: BOOLEAN,
};

/** What may hold a secret is never repeated, nor is what may be a URL with a user, who may have a password. */
const UNSPEAKABLE: readonly string[] = ["REDIS_URL", "REDIS_PASSWORD", "OPENAI_API_KEY"];
/** Secrets that may also come as a file, named by the variable with `_FILE` behind. */
const FROM_FILE = ["REDIS_PASSWORD", "OPENAI_API_KEY"] as const;

/**
 * Reads the configuration. An empty variable counts as absent, as empty values of a ConfigMap do, but for
 * those of {@link MAY_BE_EMPTY} and the links.
 *
 * @param env usually `process.env`
 * @throws {@link ConfigError} with all problems at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const given = Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => value !== "" || [...MAY_BE_EMPTY, ...LINK_KEYS].includes(name),
    ),
  );
  const readFile = (variable: string): string | undefined => {
    const path = given[variable];
    try {
      return path === undefined ? undefined : readFileSync(path, "utf8");
    } catch (error) {
      const code = errorCode(error);
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
        const unspeakable = UNSPEAKABLE.includes(key) || given[key]?.includes("@");
        const got = unspeakable ? "" : `, got ${JSON.stringify(given[key])}`;
        return `${key} must be ${EXPECTED[key]}${got}`;
      }),
    );
  }
  if ((given["LLM_INPUT_PRICE"] === undefined) !== (given["LLM_OUTPUT_PRICE"] === undefined)) {
    problems.push("LLM_INPUT_PRICE and LLM_OUTPUT_PRICE belong together; give both or none");
  }
  if ((given["AUTH_ISSUER"] === undefined) !== (given["AUTH_AUDIENCE"] === undefined)) {
    problems.push("AUTH_ISSUER and AUTH_AUDIENCE belong together; give both or none");
  }
  const { AUTH_TOKENS_DIR: tokensDir } = given;
  problems.push(...(tokensDir === undefined ? [] : readMachineTokens(tokensDir).problems));
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const values = parsed.data;
  const { REDIS_URL: url, OPENAI_API_KEY: apiKey } = values;
  const { LLM_INPUT_PRICE: input, LLM_OUTPUT_PRICE: output } = values;
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
            ...(input !== undefined && output !== undefined && { prices: { input, output } }),
          },
    tracing: values.OTEL_SDK_DISABLED
      ? null
      : {
          endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
          ratio: values.OTEL_TRACES_SAMPLER_ARG,
          links: linksOf(values.OTEL_EXPORTER_OTLP_ENDPOINT, {
            ...(values.TRACE_LINK !== undefined && { trace: values.TRACE_LINK }),
            ...(values.LOGS_LINK !== undefined && { logs: values.LOGS_LINK }),
          }),
        },
    logLevel: LEVELS[values.LOG_LEVEL],
    serviceName: values.OTEL_SERVICE_NAME,
    imageTag: values.IMAGE_TAG,
    maxStoredThreats: values.MAX_STORED_THREATS,
    maxStoredHours: values.MAX_STORED_HOURS,
    corsOrigins: values.CORS_ORIGINS,
    allowedHosts: values.ALLOWED_HOSTS,
    login: loginOf(values),
    trustedProxies: values.TRUSTED_PROXIES,
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
