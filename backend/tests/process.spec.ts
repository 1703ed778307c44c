import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { Pod } from "./support/pod.js";
import { canConnect, freePort } from "./support/redis.js";

describe("process", () => {
  let pod: Pod;

  afterEach(() => pod.kill());

  it("prints nothing but JSON lines, each with the agreed fields", async () => {
    pod = await Pod.start({ OTEL_SERVICE_NAME: "my-service", LOG_LEVEL: "debug" });
    const threat = await pod.api.trigger({ threat_type: "bot_traffic" });
    await pod.api.post("/api/threats/trigger", "{");
    await pod.api.get("/nothing");
    pod.signal("SIGTERM");
    assert.equal(await pod.exited(), 0);
    for (const line of pod.log) {
      assert.match(String(line["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(String(line["level"]), /^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$/);
      assert.equal(line["service"], "my-service");
      for (const field of ["message", "logger_name", "module"]) {
        assert.equal(typeof line[field], "string", `${field} in ${JSON.stringify(line)}`);
      }
    }
    const entry = pod.log.find((line) => line["threat_id"] === threat.id);
    assert.equal(entry?.["threat_type"], "bot_traffic");
    assert.equal(entry?.["severity"], threat.severity);
    assert.equal(pod.output.stderr, "");
  });

  it("honours LOG_LEVEL", async () => {
    pod = await Pod.start({ LOG_LEVEL: "INFO" });
    assert.ok(pod.log.some((line) => line["level"] === "INFO"));
    await pod.kill();
    const port = await freePort();
    pod = Pod.spawn({ LOG_LEVEL: "Error", PORT: String(port) });
    await eventually(() => canConnect(port), "listens", 20_000);
    pod.signal("SIGTERM");
    await pod.exited();
    assert.deepEqual(pod.log, []);
  });

  it("names every problem of the environment in one line, and exits with 1", async () => {
    pod = Pod.spawn({
      PORT: "70000",
      LOG_LEVEL: "loud",
      REDIS_URL: "http://user:hidden-password@redis",
      MAX_STORED_THREATS: "0",
      CORS_ORIGINS: "http://localhost",
    });
    assert.equal(await pod.exited(), 1);
    assert.equal(pod.log.length, 1);
    const message = String(pod.log[0]?.["message"]);
    for (const name of ["PORT", "LOG_LEVEL", "REDIS_URL", "MAX_STORED_THREATS", "CORS_ORIGINS"]) {
      assert.ok(message.includes(`${name} must be`), name);
    }
    assert.doesNotMatch(JSON.stringify(pod.output), /hidden-password/);
    assert.equal(pod.output.stderr, "");
  });

  it("listens on every family of addresses that the machine has", async () => {
    pod = await Pod.start({ HOST: "" });
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const own = all.filter(({ internal }) => internal);
    assert.ok(own.length > 0);
    for (const { address, family } of own) {
      const host = family === "IPv6" ? `[${address}]` : address;
      assert.equal((await fetch(`http://${host}:${pod.api.port}/health`)).status, 200, host);
    }
  });

  it("says so in JSON when the port is taken", async () => {
    pod = await Pod.start();
    const second = Pod.spawn({ PORT: String(pod.api.port) });
    assert.equal(await second.exited(), 1);
    const last = second.log.at(-1);
    assert.equal(last?.["level"], "CRITICAL");
    assert.match(String(last?.["error"]), /EADDRINUSE/);
    assert.equal(second.output.stderr, "");
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends on ${signal}: no new connections, clients get 1001, requests finish, exit code 0`, async () => {
      pod = await Pod.start();
      const { port } = pod.api;
      const client = await WsClient.connect(port);
      const idle = connect(port, "127.0.0.1");
      await once(idle, "connect");
      const body = '{"threat_type":"geo_anomaly"}';
      const request = connect(port, "127.0.0.1");
      await once(request, "connect");
      let answer = "";
      request.on("data", (chunk) => (answer += String(chunk)));
      // Half of a request: it has begun, and ends only after the signal.
      request.write(
        "POST /api/threats/trigger HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
          `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
      );
      await pod.api.ready();
      pod.signal(signal);
      await eventually(() => client.closeCode !== null, "client is told");
      assert.equal(client.closeCode, 1001);
      await eventually(async () => !(await canConnect(port)), "no new connections");
      idle.resume();
      request.write(body.slice(5));
      assert.equal(await pod.exited(), 0);
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.match(answer, /"threat_type":"geo_anomaly"/);
      assert.match(answer, /connection: close/i);
      assert.equal(pod.log.at(-1)?.["message"], "Shut down");
      assert.equal(pod.log.at(-1)?.["clean"], true, "nothing had to be cut");
    });
  }

  it("is not ready while it drains", async () => {
    pod = await Pod.start();
    const { port } = pod.api;
    const request = connect(port, "127.0.0.1");
    await once(request, "connect");
    let answer = "";
    request.on("data", (chunk) => (answer += String(chunk)));
    request.write("GET /ready HTTP/1.1\r\nHost: x\r\n");
    await pod.api.ready();
    pod.signal("SIGTERM");
    await eventually(async () => !(await canConnect(port)), "no new connections");
    request.write("\r\n");
    assert.equal(await pod.exited(), 0);
    assert.match(answer, /^HTTP\/1\.1 503 /);
    assert.match(answer, /"reason":"Shutting down"/);
  });

  it("exits at once on a second signal", async () => {
    pod = await Pod.start();
    const request = connect(pod.api.port, "127.0.0.1");
    request.on("error", () => undefined);
    await once(request, "connect");
    // A request that never ends holds the first shutdown back.
    request.write("GET /health HTTP/1.1\r\n");
    await pod.api.ready();
    pod.signal("SIGTERM");
    await eventually(() => JSON.stringify(pod.log).includes("Shutting down"), "shutting down");
    pod.signal("SIGTERM");
    assert.equal(await pod.exited(), 1);
    request.destroy();
  });
});

describe("captureOutput", () => {
  it("makes JSON of consoles, warnings and uncaught errors, which end the process with 1", async () => {
    const program = `
      import { captureOutput, createLogger } from "./src/telemetry/log.ts";
      captureOutput(createLogger({ logLevel: "info", serviceName: "test" }));
      console.warn("from %s", "console");
      process.emitWarning("from the runtime");
      setImmediate(() => void Promise.reject(new Error("forgotten")));`;
    const pod = Pod.evaluate(program);
    assert.equal(await pod.exited(), 1);
    assert.deepEqual(
      pod.log.map((line) => [line["level"], line["message"], line["error"]]),
      [
        ["WARNING", "from console", undefined],
        ["WARNING", "Warning of the runtime", "from the runtime"],
        ["CRITICAL", "Uncaught error", "forgotten"],
      ],
    );
    assert.match(String(pod.log.at(-1)?.["exc_info"]), /^Error: forgotten\n +at /);
    assert.equal(pod.output.stderr, "");
  });
});
