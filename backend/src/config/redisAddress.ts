/** Where a Redis is. */
export interface RedisAddress {
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** Index of the database. */
  readonly db: number;
}

/** What a URL (`redis://` or `rediss://`) says of it, with the defaults of Redis for the rest. */
export function redisAddress(url: string): RedisAddress {
  const { hostname, port, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || 6379),
    db: Number(/^\/(\d+)$/.exec(pathname)?.[1] ?? 0),
  };
}
