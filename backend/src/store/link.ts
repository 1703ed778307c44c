import { Redis, type RedisOptions } from "ioredis";
import type { RedisConfig } from "../config/config.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import type { RedisOperation } from "../telemetry/redisMetrics.js";
import { NO_WATCH, type RedisWatch } from "../telemetry/redisWatch.js";
import { connectionOptions } from "./connectionOptions.js";
import { StoreUnavailable } from "./store.js";
import { COMMAND_TIMEOUT_MS, unavailable } from "./unavailable.js";

const CLUSTERED = new StoreUnavailable(
  "Redis runs in cluster mode, which is not supported: a transaction's keys must be on one server. Give the address of a Redis without cluster mode",
  new Error("cluster_enabled is 1"),
);

/** A connection that owes an answer for so long is dead, whatever TCP says: cut it and reconnect. */
const SOCKET_TIMEOUT_MS = 5000;
/**
 * A network policy lets a new pod's first packets through only once every node knows the pod, and TCP
 * waits a second and longer before it sends them again: the first attempts do not wait for that.
 */
const FIRST_CONNECT_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2000;
/** Attempts after which a connection takes its time. */
const FIRST_ATTEMPTS = 4;
const HEARTBEAT_MS = 2000;
const MAX_RETRY_DELAY_MS = 1000;

const OPTIONS: RedisOptions = {
  connectTimeout: connectTimeout(1),
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  // Without a connection a command fails at once instead of waiting for one, and no command is sent
  // twice: a repeated save would count a threat twice.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // The link subscribes by itself, since it has to know when events flow again.
  autoResubscribe: false,
  // After a failover the old primary only reads.
  reconnectOnError: (error) => error.message.startsWith("READONLY"),
};

/** Milliseconds that an attempt to connect may take, counted from 1 since the connection was lost. */
export function connectTimeout(attempt: number): number {
  return attempt <= FIRST_ATTEMPTS ? FIRST_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS;
}

/** The name of a command and its arguments. */
export type RedisCommand = readonly [string, ...(readonly (string | number | Buffer)[])];

interface Transaction {
  readonly commands: readonly RedisCommand[];
  readonly resolve: (replies: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Who uses a link. */
export interface LinkUser {
  /** Something was published on one of the channels. */
  onMessage(channel: string, message: Buffer): void;
  /**
   * Messages flow (again).
   *
   * @returns what is to be done once it is certain that none was lost meanwhile
   */
  onSubscribed(): Promise<() => void>;
}

/**
 * Two connections to Redis, one for commands and one for events. Both reconnect for ever; while they
 * are away every call fails fast and {@link live} is false.
 */
export class RedisLink {
  readonly #commands: Redis;
  readonly #events: Redis;
  readonly #heartbeat: NodeJS.Timeout;
  /** What goes out next. */
  #transactions: Transaction[] = [];
  #channels: readonly string[] = [];
  #user: LinkUser | null = null;
  #live = false;
  #subscribing = false;
  /** How often the connection for events was lost. */
  #losses = 0;
  /** Why the last attempt to connect failed; null once one did not. */
  #refusal: unknown = null;
  /** Why this Redis cannot be used, though it answers; null while it can. */
  #unfit: StoreUnavailable | null = null;

  /** Begins to connect, and does not wait for it. */
  constructor(
    config: RedisConfig,
    private readonly log: Logger,
    private readonly watch: RedisWatch = NO_WATCH,
  ) {
    this.#commands = this.#connect(config, "commands");
    this.#events = this.#connect(config, "events");
    this.#events.on("messageBuffer", (channel: Buffer, message: Buffer) =>
      this.#user?.onMessage(channel.toString(), message),
    );
    this.#events.on("close", () => {
      this.#live = false;
      this.#losses += 1;
    });
    this.#events.on("ready", () => void this.#subscribe());
    this.#commands.on("ready", () => void this.#subscribe());
    // Without traffic a connection that died silently would never be noticed.
    this.#heartbeat = setInterval(() => {
      for (const connection of [this.#commands, this.#events]) {
        if (connection.status === "ready") {
          connection.ping().catch(() => undefined);
        }
      }
    }, HEARTBEAT_MS);
  }

  /** True while the user gets every message. */
  get live(): boolean {
    return this.#live;
  }

  /** True while there are both connections. */
  get connected(): boolean {
    return this.#commands.status === "ready" && this.#events.status === "ready";
  }

  /** Begins to feed the user with what is published on the channels. */
  start(channels: readonly string[], user: LinkUser): void {
    this.#channels = channels;
    this.#user = user;
    void this.#subscribe();
  }

  /** Sends commands; rejects with `StoreUnavailable` within a bounded time. */
  ask<T>(operation: RedisOperation, command: (redis: Redis) => Promise<T>): Promise<T> {
    return this.watch.run(operation, async () => {
      if (this.#unfit !== null) {
        throw this.#unfit;
      }
      try {
        return await command(this.#commands);
      } catch (error) {
        throw unavailable(error, this.#refusal);
      }
    });
  }

  /**
   * Sends commands that are all done, or none of them, and gives their replies, texts as buffers. What
   * is asked for at the same time goes out in one piece, each transaction for itself.
   */
  transact(commands: readonly RedisCommand[]): Promise<readonly unknown[]> {
    const send = (): Promise<readonly unknown[]> =>
      new Promise((resolve, reject) => {
        if (this.#unfit !== null) {
          reject(this.#unfit);
          return;
        }
        if (this.#transactions.length === 0) {
          setImmediate(() => void this.#flush());
        }
        this.#transactions.push({ commands, resolve, reject });
      });
    return this.watch.run("MULTI", send, commands.length);
  }

  async #flush(): Promise<void> {
    const transactions = this.#transactions;
    this.#transactions = [];
    const all = transactions.flatMap(({ commands }) => [
      ["multi"],
      ...commands.map((command) => [...command]),
      ["exec"],
    ]);
    let replies: [Error | null, unknown][];
    try {
      replies = (await this.#commands.pipeline(all).exec()) ?? [];
    } catch (error) {
      transactions.forEach(({ reject }) => reject(unavailable(error, this.#refusal)));
      return;
    }
    for (const { commands, resolve, reject } of transactions) {
      // The first error says why; that of EXEC only repeats that there was one.
      const own = replies.splice(0, commands.length + 2);
      const result = own.at(-1)?.[1];
      const results: readonly unknown[] = Array.isArray(result) ? result : [];
      const error =
        own.find(([failed]) => failed !== null)?.[0] ??
        results.find((reply) => reply instanceof Error) ??
        (results.length === commands.length ? null : new Error("transaction without result"));
      if (error === null) {
        resolve(results);
      } else {
        reject(unavailable(error, this.#refusal));
      }
    }
  }

  close(): void {
    this.#user = null;
    clearInterval(this.#heartbeat);
    this.#commands.disconnect();
    this.#events.disconnect();
  }

  #connect(config: RedisConfig, role: string): Redis {
    const connection: Redis = new Redis({
      ...OPTIONS,
      ...connectionOptions(config),
      connectionName: `soc-backend-${role}`,
      retryStrategy: (times) => {
        connection.options.connectTimeout = connectTimeout(times + 1);
        return Math.min(50 * 2 ** times, MAX_RETRY_DELAY_MS) + Math.random() * 100;
      },
    });
    let connected = 0;
    // One line when it is lost and one when it is back, not one for each attempt.
    let lost: boolean | null = null;
    connection.on("error", (error) => {
      this.#refusal = error;
      if (lost !== true) {
        this.log.warn({ ...errorFields(error), connection: role }, "Redis is not reachable");
      }
      lost = true;
    });
    connection.on("close", () => {
      if (lost === false && this.#user !== null) {
        this.log.warn({ connection: role }, "Connection to Redis lost");
        lost = true;
      }
    });
    connection.on("ready", () => {
      this.log.info({ connection: role }, "Connected to Redis");
      connected += 1;
      if (connected > 1) {
        this.watch.reconnected();
      }
      this.#refusal = null;
      lost = false;
    });
    return connection;
  }

  /** Subscribes first and lets the user look at what is stored then: nothing falls between the two. */
  async #subscribe(): Promise<void> {
    if (this.#user === null || this.#live || this.#subscribing || !this.connected) {
      return;
    }
    this.#subscribing = true;
    const losses = this.#losses;
    try {
      this.#unfit = (await isClustered(this.#commands)) ? CLUSTERED : null;
      if (this.#unfit !== null) {
        // Asked again with a new connection: somebody has to change the server or its address.
        this.log.error({ reason: this.#unfit.reason }, "Redis cannot be used");
        return;
      }
      await this.#events.subscribe(...this.#channels);
      const finish = await this.#user.onSubscribed();
      if (losses !== this.#losses) {
        throw new Error("connection lost while subscribing");
      }
      finish();
      this.#live = true;
    } catch (error) {
      this.log.warn(errorFields(error), "Cannot subscribe to events");
      // Comes back here with a new connection.
      this.#events.disconnect(true);
    } finally {
      this.#subscribing = false;
    }
  }
}

/** Whether a server is part of a Redis Cluster. One whose user may not ask for that is taken for none. */
async function isClustered(redis: Redis): Promise<boolean> {
  const info = await redis.info("cluster").catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith("NOPERM")) {
      return "";
    }
    throw error;
  });
  return /^cluster_enabled:1\b/m.test(info);
}
