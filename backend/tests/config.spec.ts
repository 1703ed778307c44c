import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, loadConfig } from "../src/config/load.js";
import type { Config } from "../src/config/config.js";

describe("loadConfig", () => {
  const defaults: Config = {
    port: 8000,
    host: null,
    redis: null,
    model: null,
    tracing: {
      endpoint: "http://otel-collector:4317",
      ratio: 1,
      links: {
        trace: "/jaeger/trace/{trace_id}",
        logs: "/grafana/d/soc-trace-logs/logs?var-trace_id={trace_id}",
        alerts: "/prometheus/api/v1/alerts",
      },
    },
    logLevel: "info",
    serviceName: "soc-agent-system",
    imageTag: null,
    maxStoredThreats: 12_000,
    maxStoredHours: null,
    corsOrigins: [],
    allowedHosts: [],
    login: null,
    trustedProxies: [],
    generateEverySeconds: null,
    demo: false,
  };
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "soc-config-"))));
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it("has a default for everything, also where variables are empty", () => {
    assert.deepEqual(loadConfig({}), defaults);
    assert.deepEqual(
      loadConfig({ PORT: "", REDIS_URL: "", LOG_LEVEL: "", OPENAI_API_KEY_FILE: "", PATH: "/bin" }),
      defaults,
    );
  });

  it("reads every variable", () => {
    const tokensDir = mkdtempSync(join(folder, "tokens-"));
    const env = {
      PORT: "8080",
      HOST: "127.0.0.1",
      REDIS_URL: "rediss://cache.example:6380/2",
      REDIS_PASSWORD: "a@b/c:d%",
      REDIS_CA_FILE: file("ca.pem", "-----BEGIN CERTIFICATE-----"),
      OPENAI_API_KEY: "key",
      OPENAI_BASE_URL: "http://127.0.0.1:9000/v1",
      LLM_MODEL: "other",
      LLM_TEMPERATURE: "0",
      LLM_MAX_TOKENS: "500",
      LLM_TIMEOUT: "10",
      LLM_INPUT_PRICE: "0.15",
      LLM_OUTPUT_PRICE: "0.6",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
      TRACE_LINK: "https://traces.example/ui?id={trace_id}",
      LOGS_LINK: "/logs/{threat_id}",
      LOG_LEVEL: "warning",
      OTEL_SERVICE_NAME: "soc",
      IMAGE_TAG: "sha-1234",
      MAX_STORED_THREATS: "50",
      MAX_STORED_HOURS: "48",
      CORS_ORIGINS: '["https://soc.example.com"]',
      ALLOWED_HOSTS: "Soc.Example.com, *.example.org,soc-agent-backend",
      AUTH_ISSUER: "https://login.example.com/realms/soc",
      AUTH_AUDIENCE: "soc-dashboard",
      AUTH_ROLES_CLAIM: "realm_access.roles",
      AUTH_READERS: "*",
      AUTH_ANALYSTS: "tier-1, tier-2",
      AUTH_INGESTERS: "sensors",
      AUTH_TOKENS_DIR: tokensDir,
      TRUSTED_PROXIES: "10.244.0.0/16, ::1",
      ENABLE_AUTO_THREAT_GENERATION: "True",
      THREAT_GENERATION_INTERVAL: "5",
      DEMO_MODE: "true",
    };
    assert.deepEqual(loadConfig(env), {
      port: 8080,
      host: "127.0.0.1",
      redis: {
        url: "rediss://cache.example:6380/2",
        password: "a@b/c:d%",
        ca: "-----BEGIN CERTIFICATE-----",
      },
      model: {
        apiKey: "key",
        model: "other",
        baseUrl: "http://127.0.0.1:9000/v1",
        temperature: 0,
        maxTokens: 500,
        timeoutSeconds: 10,
        prices: { input: 0.15, output: 0.6 },
      },
      tracing: {
        endpoint: "http://collector:4317",
        ratio: 0.25,
        links: {
          trace: "https://traces.example/ui?id={trace_id}",
          logs: "/logs/{threat_id}",
          alerts: null,
        },
      },
      logLevel: "warn",
      serviceName: "soc",
      imageTag: "sha-1234",
      maxStoredThreats: 50,
      maxStoredHours: 48,
      corsOrigins: ["https://soc.example.com"],
      allowedHosts: ["soc.example.com", "*.example.org", "soc-agent-backend"],
      login: {
        oidc: {
          issuer: "https://login.example.com/realms/soc",
          audience: "soc-dashboard",
          rolesClaim: "realm_access.roles",
          groups: { reader: ["*"], analyst: ["tier-1", "tier-2"], ingest: ["sensors"] },
        },
        tokensDir,
      },
      trustedProxies: ["10.244.0.0/16", "::1"],
      generateEverySeconds: 5,
      demo: true,
    });
  });

  it("knows the levels by the names of Python's logging, in any case", () => {
    const levels = ["NOTSET", "debug", "Info", "WARN", "warning", "error", "critical", "FATAL"];
    assert.deepEqual(
      levels.map((level) => loadConfig({ LOG_LEVEL: level }).logLevel),
      ["debug", "debug", "info", "warn", "warn", "error", "fatal", "fatal"],
    );
  });

  it("takes secrets from files, without the newline at their end", () => {
    const config = loadConfig({
      REDIS_URL: "redis://redis:6379",
      REDIS_PASSWORD_FILE: file("password", "from file\n"),
      OPENAI_API_KEY_FILE: file("key", "sk-file"),
    });
    assert.equal(config.redis?.password, "from file");
    assert.equal(config.model?.apiKey, "sk-file");
    assert.equal(loadConfig({ OPENAI_API_KEY_FILE: file("empty", "\n") }).model, null);
  });

  it("asks no model when told so, and makes no traces when told so", () => {
    const config = loadConfig({
      OPENAI_API_KEY: "key",
      FORCE_MOCK_MODE: "1",
      OTEL_SDK_DISABLED: "true",
    });
    assert.deepEqual([config.model, config.tracing], [null, null]);
  });

  it("links to its own stack beside its own collector, and elsewhere to what is named alone", () => {
    const linksOf = (env: Readonly<Record<string, string>>) => loadConfig(env).tracing?.links;
    const named = { LOGS_LINK: "https://logs.example/?q={threat_id}" };
    assert.deepEqual(linksOf(named), {
      ...defaults.tracing?.links,
      logs: "https://logs.example/?q={threat_id}",
    });
    assert.deepEqual(linksOf({ LOGS_LINK: "" }), { ...defaults.tracing?.links, logs: null });
    assert.deepEqual(linksOf({ TRACE_LINK: "" }), { ...defaults.tracing?.links, trace: null });
    const elsewhere = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.monitoring:4317" };
    assert.deepEqual(linksOf(elsewhere), { trace: null, logs: null, alerts: null });
    assert.deepEqual(linksOf({ ...elsewhere, ...named }), {
      trace: null,
      logs: "https://logs.example/?q={threat_id}",
      alerts: null,
    });
  });

  it("refuses a price without the other one", () => {
    const problems = ["LLM_INPUT_PRICE and LLM_OUTPUT_PRICE belong together; give both or none"];
    assert.throws(() => loadConfig({ LLM_OUTPUT_PRICE: "0.6" }), { problems });
    assert.throws(() => loadConfig({ LLM_INPUT_PRICE: "0", LLM_OUTPUT_PRICE: "" }), { problems });
  });

  it("gives a role to nobody where its groups are empty, and to its own group where they are not given", () => {
    const provider = { AUTH_ISSUER: "https://login.example.com", AUTH_AUDIENCE: "soc" };
    const groups = (env: Readonly<Record<string, string>>) =>
      loadConfig({ ...provider, ...env }).login?.oidc?.groups;
    const byDefault = { reader: ["soc-reader"], analyst: ["soc-analyst"], ingest: ["soc-ingest"] };
    assert.deepEqual(groups({}), byDefault);
    assert.deepEqual(groups({ AUTH_READERS: "", AUTH_ANALYSTS: "" }), {
      ...byDefault,
      reader: [],
      analyst: [],
    });
    assert.deepEqual(groups({ AUTH_INGESTERS: "" }), { ...byDefault, ingest: [] });
  });

  it("refuses an issuer without the audience of its tokens, which would leave login off", () => {
    const problems = ["AUTH_ISSUER and AUTH_AUDIENCE belong together; give both or none"];
    assert.throws(() => loadConfig({ AUTH_AUDIENCE: "soc" }), { problems });
    for (const issuer of ["https://login.example.com", "http://localhost:9", "http://[::1]:9/x"]) {
      assert.throws(() => loadConfig({ AUTH_ISSUER: issuer }), { problems });
    }
  });

  it("refuses a file that cannot be read, and a secret from two places, without the secret", () => {
    assert.throws(
      () =>
        loadConfig({
          REDIS_PASSWORD_FILE: "/nowhere/password",
          REDIS_CA_FILE: "/nowhere/ca.pem",
          OPENAI_API_KEY: "hidden-key",
          OPENAI_API_KEY_FILE: file("second", "other-key"),
          PORT: "x",
        }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          'REDIS_PASSWORD_FILE must be a file that can be read, got "/nowhere/password" (ENOENT)',
          "OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set; give one of them",
          'REDIS_CA_FILE must be a file that can be read, got "/nowhere/ca.pem" (ENOENT)',
          'PORT must be a whole number from 0 to 65535, got "x"',
        ]);
        return true;
      },
    );
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["PORT", "eighty"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["REDIS_URL", "redis"],
    ["REDIS_URL", "http://redis:6379"],
    ["LOG_LEVEL", "verbose"],
    ["MAX_STORED_THREATS", "0"],
    ["MAX_STORED_THREATS", "100001"],
    ["MAX_STORED_HOURS", "0"],
    ["MAX_STORED_THREATS", "1.5"],
    ["CORS_ORIGINS", "http://localhost"],
    ["CORS_ORIGINS", '"text"'],
    ["CORS_ORIGINS", "[1]"],
    ["ALLOWED_HOSTS", "soc.example.com:8080"],
    ["ALLOWED_HOSTS", "soc.example.com,"],
    ["ALLOWED_HOSTS", "soc.*.com"],
    ["AUTH_ISSUER", "login.example.com"],
    ["AUTH_ISSUER", "http://login.example.com"],
    ["AUTH_ISSUER", "http://127.0.0.1.example.com"],
    ["AUTH_ISSUER", "https://login.example.com/?realm=soc"],
    ["AUTH_ISSUER", "https://jane@login.example.com"],
    ["TRUSTED_PROXIES", "proxy.example.com"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
    ["TRUSTED_PROXIES", "10.0.0.1,"],
    ["FORCE_MOCK_MODE", "perhaps"],
    ["OPENAI_BASE_URL", "ftp://models"],
    ["LLM_TEMPERATURE", "2.1"],
    ["LLM_MAX_TOKENS", "0"],
    ["LLM_TIMEOUT", "1s"],
    ["LLM_INPUT_PRICE", "cheap"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"],
    ["OTEL_TRACES_SAMPLER_ARG", "50%"],
    ["TRACE_LINK", "jaeger/trace/{trace_id}"],
    ["TRACE_LINK", "//evil.example/{trace_id}"],
    ["TRACE_LINK", "/\\evil.example/{trace_id}"],
    ["TRACE_LINK", "javascript:alert('{trace_id}')"],
    ["TRACE_LINK", "https://{trace_id}.example/"],
    ["TRACE_LINK", "/jaeger/trace/{id}/{trace_id}"],
    ["LOGS_LINK", "/grafana/d/soc-trace-logs"],
    ["THREAT_GENERATION_INTERVAL", "0"],
  ];
  for (const [name, value] of wrong) {
    it(`refuses ${name}=${value}`, () => {
      assert.throws(
        () => loadConfig({ [name]: value }),
        (error) => error instanceof ConfigError && error.problems[0]?.startsWith(`${name} must be`),
      );
    });
  }

  it("names all problems at once, each once, without a secret", () => {
    assert.throws(
      () =>
        loadConfig({
          PORT: "x",
          REDIS_URL: "//u:secret@h",
          CORS_ORIGINS: "[1,2]",
          AUTH_ISSUER: "https://u:secret@h",
          AUTH_AUDIENCE: "soc",
        }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          'PORT must be a whole number from 0 to 65535, got "x"',
          "REDIS_URL must be a URL such as redis://redis:6379",
          'CORS_ORIGINS must be a JSON list such as ["http://localhost:3000"], got "[1,2]"',
          "AUTH_ISSUER must be the https URL of an OIDC issuer, without a user or a query (http only on a loopback address)",
        ]);
        return true;
      },
    );
  });
});
