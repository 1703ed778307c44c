import type { Links } from "./links.js";
import type { LoginConfig } from "./login.js";

/** How to reach Redis. */
export interface RedisConfig {
  /** `redis://` or `rediss://` (TLS). May hold a user and, where {@link password} is null, a password. */
  readonly url: string;
  /** Wins over one in the URL. `REDIS_PASSWORD` or the content of `REDIS_PASSWORD_FILE`. */
  readonly password: string | null;
  /** PEM text of the authorities trusted for `rediss://`, from `REDIS_CA_FILE`; null for the system's. */
  readonly ca: string | null;
}

/** What the model's tokens cost, in USD for a million of them. */
export interface ModelPrices {
  /** Of what it reads. `LLM_INPUT_PRICE`. */
  readonly input: number;
  /** Of what it writes. `LLM_OUTPUT_PRICE`. */
  readonly output: number;
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
  /** Absent (the default) where they are not known: then no cost is told. */
  readonly prices?: ModelPrices;
}

/** Where traces go. */
export interface TracingConfig {
  /** OTLP over gRPC; `OTEL_EXPORTER_OTLP_ENDPOINT`, default http://otel-collector:4317. */
  readonly endpoint: string;
  /** Share of the traces begun here that are kept, 0 to 1; `OTEL_TRACES_SAMPLER_ARG`, default 1. */
  readonly ratio: number;
  /**
   * Where they can be looked at while the collector answers. `TRACE_LINK` and `LOGS_LINK`, by default
   * those of the project's own stack where the endpoint is that of its collector; empty for none.
   */
  readonly links: Links;
}

/** How the process is set up; comes from the environment alone. */
export interface Config {
  /** TCP port, 0 for any free one. `PORT`, default 8000. */
  readonly port: number;
  /** Address to listen on. `HOST`; null (the default) means all, of each family that the kernel has. */
  readonly host: string | null;
  /** From `REDIS_URL`; null (the default, without it) means to keep threats in memory. */
  readonly redis: RedisConfig | null;
  /** Null without an API key, or with `FORCE_MOCK_MODE`: the agents then work by rules alone. */
  readonly model: ModelConfig | null;
  /** Null with `OTEL_SDK_DISABLED`: no traces. */
  readonly tracing: TracingConfig | null;
  /** Least level that is logged. `LOG_LEVEL` in any case, default INFO. */
  readonly logLevel: "debug" | "info" | "warn" | "error" | "fatal";
  /** The name under which logs and traces are filed. `OTEL_SERVICE_NAME`, default soc-agent-system. */
  readonly serviceName: string;
  /** The tag of the image that this runs from. `IMAGE_TAG`; null where it is not told. */
  readonly imageTag: string | null;
  /** How many threats are kept. `MAX_STORED_THREATS`, default 12000. */
  readonly maxStoredThreats: number;
  /** Hours after which a threat that awaits no review is dropped; null for never. `MAX_STORED_HOURS`, default none. */
  readonly maxStoredHours: number | null;
  /** Further origins whose pages may use the API. `CORS_ORIGINS`, a JSON list, default none. */
  readonly corsOrigins: readonly string[];
  /**
   * Names, in lower case, that it may be asked by besides `localhost` and addresses: `soc.example.com`,
   * `*.example.com` for all below that one, `*` for any. `ALLOWED_HOSTS`, separated by commas, default none.
   */
  readonly allowedHosts: readonly string[];
  /** Who is let in; null (the default) is everybody. `AUTH_ISSUER` and `AUTH_TOKENS_DIR`. */
  readonly login: LoginConfig | null;
  /**
   * Addresses and networks (CIDR) of proxies whose `X-Forwarded-For` tells from where a request comes.
   * `TRUSTED_PROXIES`, separated by commas, default none.
   */
  readonly trustedProxies: readonly string[];
  /**
   * Seconds between threats that come by themselves, of all pods together; null for none.
   * `THREAT_GENERATION_INTERVAL` (default 30) where `ENABLE_AUTO_THREAT_GENERATION` is true.
   */
  readonly generateEverySeconds: number | null;
  /**
   * Whether a few made-up packages are known as malicious, and everything can be removed by
   * `/api/demo/reset`. `DEMO_MODE`, default false.
   */
  readonly demo: boolean;
}
