import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../src/config.js";

describe("loadConfig", () => {
  const defaults = {
    port: 8000,
    host: "0.0.0.0",
    redisUrl: null,
    logLevel: "info",
    serviceName: "soc-agent-system",
    maxStoredThreats: 100,
    corsOrigins: ["http://localhost:3000", "http://127.0.0.1:3000"],
  };

  it("has a default for everything, also where variables are empty", () => {
    assert.deepEqual(loadConfig({}), defaults);
    assert.deepEqual(
      loadConfig({ PORT: "", REDIS_URL: "", LOG_LEVEL: "", PATH: "/bin" }),
      defaults,
    );
  });

  it("reads every variable", () => {
    const env = {
      PORT: "8080",
      HOST: "127.0.0.1",
      REDIS_URL: "rediss://cache.example:6380/2",
      LOG_LEVEL: "warning",
      OTEL_SERVICE_NAME: "soc",
      MAX_STORED_THREATS: "50",
      CORS_ORIGINS: '["https://soc.example.com"]',
    };
    assert.deepEqual(loadConfig(env), {
      port: 8080,
      host: "127.0.0.1",
      redisUrl: "rediss://cache.example:6380/2",
      logLevel: "warn",
      serviceName: "soc",
      maxStoredThreats: 50,
      corsOrigins: ["https://soc.example.com"],
    });
  });

  it("puts the password into the URL, whatever its characters", () => {
    const { redisUrl } = loadConfig({
      REDIS_URL: "redis://redis:6379",
      REDIS_PASSWORD: "a@b/c:d%",
    });
    assert.equal(decodeURIComponent(new URL(redisUrl ?? "").password), "a@b/c:d%");
    assert.equal(loadConfig({ REDIS_PASSWORD: "unused" }).redisUrl, null);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["PORT", "eighty"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["REDIS_URL", "redis"],
    ["REDIS_URL", "http://redis:6379"],
    ["LOG_LEVEL", "verbose"],
    ["MAX_STORED_THREATS", "0"],
    ["MAX_STORED_THREATS", "1001"],
    ["MAX_STORED_THREATS", "1.5"],
    ["CORS_ORIGINS", "http://localhost"],
    ["CORS_ORIGINS", '"text"'],
    ["CORS_ORIGINS", "[1]"],
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
      () => loadConfig({ PORT: "x", REDIS_URL: "//u:secret@h", CORS_ORIGINS: "[1,2]" }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          'PORT must be a whole number from 0 to 65535, got "x"',
          "REDIS_URL must be a URL such as redis://redis:6379",
          'CORS_ORIGINS must be a JSON list such as ["http://localhost:3000"], got "[1,2]"',
        ]);
        return true;
      },
    );
  });
});
