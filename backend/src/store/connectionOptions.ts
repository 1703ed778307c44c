import type { RedisOptions } from "ioredis";
import type { RedisConfig } from "../config/config.js";
import { redisAddress } from "../config/redisAddress.js";

/** What the URL and its companions say. */
export function connectionOptions({ url, password, ca }: RedisConfig): RedisOptions {
  const { protocol, username, password: inUrl } = new URL(url);
  return {
    ...redisAddress(url),
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    password: password ?? decodeURIComponent(inUrl),
    ...(protocol === "rediss:" ? { tls: ca === null ? {} : { ca } } : {}),
  };
}
