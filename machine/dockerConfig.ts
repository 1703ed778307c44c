/** The configuration of Docker's CLI, which Pulumi's provider reads for logins only. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isLoopback } from "../config/loopback";
import { isMap, type Values } from "../config/values";

/** What the CLI's file has. */
export interface DockerConfig {
  /** Path of the file; it need not exist. */
  readonly file: string;
  readonly config: Values;
}

/** Reads the file. One that is not there, or that Docker itself complains about, has nothing. */
export function readDockerConfig(env: NodeJS.ProcessEnv = process.env): DockerConfig {
  const file = path.join(env["DOCKER_CONFIG"] ?? path.join(os.homedir(), ".docker"), "config.json");
  try {
    const config: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return { file, config: isMap(config) ? config : {} };
  } catch {
    return { file, config: {} };
  }
}

/** Proxies, by the names of the build arguments and environment variables that programs find them by. */
export type Proxies = Readonly<Record<string, string>>;

/** Names in the file, and the variables that they become (docker/cli, cli/config/configfile/file.go). */
const PROXIES = {
  httpProxy: "HTTP_PROXY",
  httpsProxy: "HTTPS_PROXY",
  noProxy: "NO_PROXY",
  ftpProxy: "FTP_PROXY",
  allProxy: "ALL_PROXY",
} as const;

/**
 * The proxies that `docker build` hands to a build: an engine's own, else the default ones, each under its name in
 * upper and in lower case. Those of the environment are the CLI's own and no build's.
 *
 * @param host the engine's endpoint
 * @see https://docs.docker.com/engine/cli/proxy/
 */
export function buildProxies(host: string, { proxies }: Values): Proxies {
  const given = isMap(proxies) ? (proxies[host] ?? proxies["default"]) : undefined;
  const found = Object.entries(PROXIES).flatMap(([key, name]) => {
    const value = isMap(given) ? given[key] : undefined;
    return typeof value === "string" && value !== ""
      ? [name, name.toLowerCase()].map((one) => [one, value] as const)
      : [];
  });
  return Object.fromEntries(found);
}

/** A proxy that listens on this machine's loopback interface, which no container reaches. */
export interface LoopbackProxy {
  readonly name: string;
  /** Its host and port, without a login. */
  readonly address: string;
}

/** Names of variables that hold a proxy. `NO_PROXY` holds names that need none. */
const HOLDS_PROXY = /^(?:https?|ftp|all)_proxy$/i;

/** Those of some variables that are on the loopback interface, one of each proxy. */
export function loopbackProxies(variables: NodeJS.ProcessEnv): LoopbackProxy[] {
  const found = Object.entries(variables).flatMap(([name, value = ""]) => {
    const address = HOLDS_PROXY.test(name) ? loopbackAddress(value) : undefined;
    return address === undefined ? [] : [{ name: name.toUpperCase(), address }];
  });
  return [...new Map(found.map((one) => [one.name, one])).values()];
}

/** The host and port of a proxy on this machine's loopback interface, without a login. */
function loopbackAddress(proxy: string): string | undefined {
  const text = /^[a-z][a-z0-9+]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  const { hostname, host } = URL.canParse(text) ? new URL(text) : { hostname: "", host: "" };
  return isLoopback(hostname) ? host : undefined;
}
