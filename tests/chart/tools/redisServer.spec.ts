/** The chart's Redis container, as it is rendered, run by a real redis-server. */
import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { until } from "../../support/until";
import { render, type Values } from "../support/helm";
import { containerOf, type Container, workloads } from "../support/manifest";

/** All that could trip up a shell, a configuration file or a list of arguments. */
const PASSWORD = `pa ss"w'o$(rd)\\n#%{}\`~`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function containerWith(redis: Values): Promise<Container> {
  const made = workloads(await render({ values: { redis } }));
  const redisOf = made.find(({ metadata }) => metadata.name === "soc-agent-redis");
  assert.ok(redisOf);
  return containerOf(redisOf);
}

describe("chart: Redis's container under a real redis-server", function () {
  this.timeout(30_000);

  let folder: string;
  let port: number;
  let server: ChildProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "redis-"));
    port = await freePort();
    // The probes know one port, which on this machine may be another Redis's.
    const cli = `#!/bin/sh\nexec /usr/bin/env PATH="$REAL_PATH" redis-cli -p ${port} "$@"\n`;
    await writeFile(path.join(folder, "redis-cli"), cli, { mode: 0o755 });
  });
  afterEach(async () => {
    await stop("SIGKILL");
    await rm(folder, { recursive: true });
  });

  const env = (password?: string) => ({
    PATH: `${folder}:${process.env["PATH"]}`,
    REAL_PATH: process.env["PATH"],
    ...(password !== undefined && { REDISCLI_AUTH: password }),
  });

  /** Runs a command to its end. */
  async function run(command: readonly string[], password?: string) {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { env: env(password) });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, output: output.trim() };
  }

  const cli = async (password: string | undefined, ...args: string[]) =>
    (await run(["redis-cli", ...args], password)).output;

  /** Starts the container's own command, but in another folder and on another port. */
  async function start(container: Container, password?: string): Promise<void> {
    const [program = "", ...command] = container.command ?? [];
    const args = (container.args ?? []).map((arg) => (arg === "/data" ? folder : arg));
    const here = ["--port", String(port), "--bind", "127.0.0.1"];
    server = spawn(program, [...command, ...args, ...here], {
      env: env(password),
      stdio: "ignore",
    });
    const probe = container.startupProbe?.exec?.command ?? [];
    await until("Redis", 10, async () => (await run(probe, password)).code === 0 || undefined);
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (server && server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server?.once("exit", resolve));
      server.kill(signal);
      await ended;
    }
    server = undefined;
  }

  it("asks for the password, whatever is in it, and shows it in no command line", async () => {
    const container = await containerWith({});
    await start(container, PASSWORD);

    assert.match(await cli(undefined, "ping"), /^NOAUTH/);
    assert.match(await cli("wrong", "ping"), /WRONGPASS|NOAUTH/);
    assert.equal(await cli(PASSWORD, "ping"), "PONG");
    const cmdline = await readFile(`/proc/${server?.pid}/cmdline`, "utf8");
    assert.match(cmdline, /^redis-server/);
    assert.ok(!cmdline.includes(PASSWORD.slice(0, 5)));
  });

  it("lets the backend do its work and administrates nothing for it", async () => {
    await start(await containerWith({}), PASSWORD);

    assert.equal(await cli(PASSWORD, "set", "threat:1", "{}"), "OK");
    assert.equal(await cli(PASSWORD, "zadd", "threats", "1", "threat:1"), "1");
    assert.equal(
      await cli(PASSWORD, "eval", "return redis.call('GET', KEYS[1])", "1", "threat:1"),
      "{}",
    );
    assert.equal(await cli(PASSWORD, "publish", "threats:events", "{}"), "0");
    assert.match(await cli(PASSWORD, "info", "server"), /redis_version/);
    for (const command of ["config get *", "shutdown", "bgsave", "replicaof no one", "acl list"]) {
      assert.match(await cli(PASSWORD, ...command.split(" ")), /^NOPERM/, command);
    }
  });

  it("tells by its probes a right password from a wrong one", async () => {
    const container = await containerWith({});
    await start(container, PASSWORD);
    const probe = async (kind: "livenessProbe" | "readinessProbe", password: string) =>
      (await run(container[kind]?.exec?.command ?? [], password)).code === 0;
    assert.equal(await probe("readinessProbe", PASSWORD), true);
    assert.equal(await probe("readinessProbe", "wrong"), false);
    assert.equal(await probe("livenessProbe", PASSWORD), true);
    await stop("SIGKILL");
    assert.equal(await probe("readinessProbe", PASSWORD), false);
    assert.equal(await probe("livenessProbe", PASSWORD), false);
  });

  it("ends at once on SIGTERM, although a shell started it", async () => {
    await start(await containerWith({}), PASSWORD);
    const started = Date.now();
    await stop("SIGTERM");
    assert.ok(Date.now() - started < 5_000);
  });

  it("keeps within maxmemory: full, it refuses writes and forgets nothing", async () => {
    const resources = { requests: { memory: "2Mi" }, limits: { memory: "4Mi" } };
    await start(await containerWith({ resources }), PASSWORD);
    const value = "x".repeat(100_000);
    const answers: string[] = [];
    for (let i = 0; i < 40; i += 1) {
      answers.push(await cli(PASSWORD, "set", `threat:${i}`, value));
    }
    const stored = answers.filter((answer) => answer === "OK").length;
    assert.ok(stored > 0 && stored < 40, `${stored} stored`);
    assert.match(answers.at(-1) ?? "", /^OOM/);
    assert.equal(await cli(PASSWORD, "dbsize"), String(stored));
  });

  it("forgets everything without persistence", async () => {
    const container = await containerWith({});
    await start(container, PASSWORD);
    await cli(PASSWORD, "set", "threat:1", "{}");
    await stop("SIGTERM");
    await start(container, PASSWORD);
    assert.equal(await cli(PASSWORD, "dbsize"), "0");
  });

  it("has everything again with persistence, also after a crash a second later", async () => {
    const container = await containerWith({ persistence: { enabled: true } });
    await start(container, PASSWORD);
    await cli(PASSWORD, "set", "threat:1", "{}");
    await until(
      "the append-only file on disk",
      5,
      async () =>
        /aof_pending_bio_fsync:0/.test(await cli(PASSWORD, "info", "persistence")) || undefined,
    );
    await stop("SIGKILL");
    await start(container, PASSWORD);
    assert.equal(await cli(PASSWORD, "get", "threat:1"), "{}");
  });

  it("asks for nothing when auth is off", async () => {
    await start(await containerWith({ auth: { enabled: false } }));
    assert.equal(await cli(undefined, "ping"), "PONG");
  });
});
