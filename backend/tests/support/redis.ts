import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Redis } from "ioredis";
import type { Context } from "mocha";
import type { CertificateFiles } from "./certificates.js";
import { eventually } from "./eventually.js";

let skipTold = false;

/** A Redis to test against. */
export interface TestRedis {
  readonly url: string;
  /** The server, if it is our own, so that it may be stopped. */
  readonly server: RedisServer | null;
  /** Ends it. */
  release(): Promise<void>;
}

/**
 * The Redis of `REDIS_URL`, else an own `redis-server` from PATH. With neither the suite is skipped
 * with one line, and fails where `CI` is `true`.
 *
 * @param suite `this` of the suite's `before`
 * @param own insist on an own server, for tests that stop it
 */
export async function testRedis(suite: Context, own = false): Promise<TestRedis> {
  const external = process.env["REDIS_URL"];
  if (external !== undefined && external !== "" && !own) {
    await clear(external);
    return { url: external, server: null, release: () => clear(external) };
  }
  const server = new RedisServer(await freePort());
  try {
    await server.start();
  } catch (error) {
    if (process.env["CI"] === "true") {
      throw error;
    }
    if (!skipTold) {
      console.log(
        `    skipped all that needs Redis: install redis-server or set REDIS_URL (${String(error)})`,
      );
      skipTold = true;
    }
    return suite.skip();
  }
  return { url: server.url, server, release: () => server.stop() };
}

/** A `redis-server` process without persistence. */
export class RedisServer {
  #process: ChildProcess | null = null;

  constructor(private readonly port: number) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(...options: string[]): Promise<void> {
    await this.#run("--port", String(this.port), ...options);
  }

  /** Starts a server that speaks TLS only, and asks no client for a certificate. */
  async startTls({ cert, key }: CertificateFiles): Promise<void> {
    await this.#run(
      ...["--port", "0", "--tls-port", String(this.port), "--tls-auth-clients", "no"],
      ...["--tls-cert-file", cert, "--tls-key-file", key],
    );
  }

  async #run(...options: string[]): Promise<void> {
    const args = ["--bind", "127.0.0.1", "--save", "", ...options];
    const child = spawn("redis-server", args, { stdio: "ignore" });
    await once(child, "spawn");
    this.#process = child;
    await eventually(() => canConnect(this.port), "redis-server accepts connections");
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child !== null) {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
  }

  /** Leaves connections open and answers nothing. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }
}

/** A TCP line to Redis that can be cut for one of several pods. */
export class Line {
  readonly #sockets = new Set<Socket>();
  #open = true;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(redisUrl: string): Promise<Line> {
    const target = new URL(redisUrl);
    const server = createServer((client) => line.#forward(client, target));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = new URL(redisUrl);
    url.hostname = "127.0.0.1";
    url.port = String((server.address() as AddressInfo).port);
    const line = new Line(server, url.href);
    return line;
  }

  cut(): void {
    this.#open = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  restore(): void {
    this.#open = true;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  #forward(client: Socket, target: URL): void {
    if (!this.#open) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port || 6379), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Removes the application's keys, and no others. */
export async function clear(url: string): Promise<void> {
  const redis = new Redis(url);
  const keys = [...(await redis.keys("threat:*")), ...(await redis.keys("threats:*"))];
  if (keys.length > 0) {
    await redis.del(keys);
  }
  redis.disconnect();
}

/** Whether something listens on a port of the loopback interface. */
export async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
