import { Redis, type RedisOptions } from "ioredis";
import { parseMicros } from "../clock.js";
import { errorFields, type Logger } from "../log.js";
import type { ThreatAnalysis } from "../types.js";
import { StoreUnavailable, type ThreatListener, type ThreatStore } from "./store.js";

/** The names in Redis; other backends of the same system use the same. */
export const KEYS = {
  total: "threats:total_count",
  index: "threats:by_created",
  channel: "threats:events",
  threat: (id: string): string => `threat:${id}`,
} as const;

/** Longest wait for an answer, in ms. Also bounds the readiness check. */
const COMMAND_TIMEOUT_MS = 1000;
/** A connection that owes an answer for so long is dead, whatever TCP says: cut it and reconnect. */
const SOCKET_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 2000;
const HEARTBEAT_MS = 2000;
const MAX_RETRY_DELAY_MS = 1000;

const OPTIONS: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  // Without a connection a command fails at once instead of waiting for one, and no command is sent
  // twice: a repeated save would count a threat twice.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // The store subscribes by itself, since it has to know when events flow again.
  autoResubscribe: false,
  retryStrategy: (times) => Math.min(50 * 2 ** times, MAX_RETRY_DELAY_MS) + Math.random() * 100,
  // After a failover the old primary only reads.
  reconnectOnError: (error) => error.message.startsWith("READONLY"),
};

/**
 * Forgets the oldest threats beyond the limit, index entry and document together. A script inside the
 * save's MULTI, because only there is known which ones they are.
 */
const TRIM = `
local surplus = redis.call("ZRANGE", KEYS[1], 0, -1 - tonumber(ARGV[1]))
for _, id in ipairs(surplus) do
  redis.call("DEL", ARGV[2] .. id)
  redis.call("ZREM", KEYS[1], id)
end
return #surplus`;

/**
 * Keeps threats in Redis, shared by all pods: one connection for commands, one for events. Both
 * reconnect for ever; while they are away every call fails fast and {@link live} is false.
 */
export class RedisStore implements ThreatStore {
  readonly kind = "redis";
  readonly #commands: Redis;
  readonly #events: Redis;
  readonly #heartbeat: NodeJS.Timeout;
  #listener: ThreatListener | null = null;
  #live = false;
  #subscribing = false;
  /** How often the connection for events was lost. */
  #losses = 0;

  /**
   * Begins to connect, and does not wait for it.
   *
   * @param url `redis://` or `rediss://`, with the password if there is one
   * @param maxStored how many threats are kept
   */
  constructor(
    url: string,
    private readonly maxStored: number,
    private readonly log: Logger,
  ) {
    this.#commands = this.#connect(url, "commands");
    this.#events = this.#connect(url, "events");
    this.#events.on("message", (_channel, json) => this.#receive(json));
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

  get live(): boolean {
    return this.#live;
  }

  start(listener: ThreatListener): void {
    this.#listener = listener;
    void this.#subscribe();
  }

  async save(threat: ThreatAnalysis): Promise<void> {
    const json = JSON.stringify(threat);
    const replies = await this.#ask(() =>
      this.#commands
        .multi()
        .incr(KEYS.total)
        .set(KEYS.threat(threat.id), json)
        .zadd(KEYS.index, parseMicros(threat.created_at) / 1000, threat.id)
        .eval(TRIM, 1, KEYS.index, this.maxStored, KEYS.threat(""))
        .publish(KEYS.channel, json)
        .exec(),
    );
    for (const [error] of replies ?? []) {
      if (error !== null) {
        throw unavailable(error);
      }
    }
  }

  async get(id: string): Promise<ThreatAnalysis | null> {
    return parseThreat(await this.#ask(() => this.#commands.get(KEYS.threat(id))));
  }

  async list(limit: number, offset: number): Promise<readonly ThreatAnalysis[]> {
    const ids = await this.#ask(() =>
      this.#commands.zrevrange(KEYS.index, offset, offset + limit - 1),
    );
    if (ids.length === 0) {
      return [];
    }
    const documents = await this.#ask(() => this.#commands.mget(ids.map(KEYS.threat)));
    return documents.map(parseThreat).filter((threat) => threat !== null);
  }

  async ping(): Promise<void> {
    await this.#ask(() => this.#commands.ping());
  }

  async close(): Promise<void> {
    this.#listener = null;
    clearInterval(this.#heartbeat);
    this.#commands.disconnect();
    this.#events.disconnect();
  }

  #connect(url: string, role: string): Redis {
    const connection = new Redis(url, { ...OPTIONS, connectionName: `soc-backend-${role}` });
    // One line when it is lost and one when it is back, not one for each attempt.
    let lost: boolean | null = null;
    connection.on("error", (error) => {
      if (lost !== true) {
        this.log.warn({ ...errorFields(error), connection: role }, "Redis is not reachable");
      }
      lost = true;
    });
    connection.on("close", () => {
      if (lost === false && this.#listener !== null) {
        this.log.warn({ connection: role }, "Connection to Redis lost");
        lost = true;
      }
    });
    connection.on("ready", () => {
      this.log.info({ connection: role }, "Connected to Redis");
      lost = false;
    });
    return connection;
  }

  /** Subscribes first and looks at what is stored then, so that nothing falls between the two. */
  async #subscribe(): Promise<void> {
    const connected = this.#events.status === "ready" && this.#commands.status === "ready";
    if (this.#listener === null || this.#live || this.#subscribing || !connected) {
      return;
    }
    this.#subscribing = true;
    const losses = this.#losses;
    try {
      await this.#events.subscribe(KEYS.channel);
      const stored = await this.list(this.maxStored, 0);
      if (losses !== this.#losses) {
        throw new Error("connection lost while subscribing");
      }
      this.#listener?.onLive(stored);
      this.#live = true;
    } catch (error) {
      this.log.warn(errorFields(error), "Cannot subscribe to events");
      // Comes back here with a new connection.
      this.#events.disconnect(true);
    } finally {
      this.#subscribing = false;
    }
  }

  #receive(json: string): void {
    const threat = parseThreat(json);
    if (threat === null) {
      this.log.warn("Ignored an event that is no threat");
      return;
    }
    this.#listener?.onThreat(threat, json);
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

function unavailable(error: unknown): StoreUnavailable {
  const message = error instanceof Error ? error.message : String(error);
  // Only Redis's own replies ("OOM ...", "LOADING ...") say something that a client may read.
  const code = /^[A-Z]{3,}\b/.exec(message)?.[0];
  const reason =
    message === "Command timed out"
      ? `Redis did not answer within ${COMMAND_TIMEOUT_MS} ms`
      : code !== undefined
        ? `Redis refused the command (${code})`
        : "no connection to Redis";
  return new StoreUnavailable(reason, error);
}

/** A threat from its JSON; null for what is absent or no threat. */
function parseThreat(json: string | null): ThreatAnalysis | null {
  try {
    const value: unknown = JSON.parse(json ?? "null");
    return isThreat(value) ? value : null;
  } catch {
    return null;
  }
}

/** Checks what this program relies on; the rest is passed on as it was stored. */
function isThreat(value: unknown): value is ThreatAnalysis {
  const { id, created_at, signal } = (value ?? {}) as Partial<ThreatAnalysis>;
  return (
    typeof id === "string" &&
    typeof created_at === "string" &&
    typeof signal === "object" &&
    typeof signal?.metadata === "object" &&
    signal.metadata !== null
  );
}
