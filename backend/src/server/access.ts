import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { FastifyInstance } from "fastify";
import { HttpError } from "../contract/problems.js";

/** By which names the service may be asked, and whose pages may use it, besides what is its own. */
export interface Access {
  /** Origins such as `https://soc.example.com`. */
  readonly origins: readonly string[];
  /** Names in lower case, `*.name` for all below one, `*` for any. */
  readonly hosts: readonly string[];
}

/** Methods that change nothing. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Answers 403 to what a browser sends on behalf of another site: under a name that leads here by somebody
 * else's DNS, or as a change from a page of another origin. To be called before routes are added.
 */
export function refuseStrangers(server: FastifyInstance, access: Access): void {
  server.addHook("onRequest", ({ headers, method, routeOptions }, _reply, done) => {
    // Machines ask for what is open to everybody, under whatever name, and it is of no use to anybody else.
    const open = routeOptions.config.allowed === "everybody";
    const problem =
      (open ? null : strangeHost(headers, access.hosts)) ??
      (SAFE_METHODS.has(method) ? null : strangeOrigin(headers, access.origins));
    done(problem === null ? undefined : new HttpError(403, problem));
  });
}

/** Why a request that may read or change everything is a stranger's; null if it is not. */
export function strangerAt(headers: IncomingHttpHeaders, access: Access): string | null {
  return strangeHost(headers, access.hosts) ?? strangeOrigin(headers, access.origins);
}

/** Why the name in `Host` cannot be this service's; null where it can. No page can move an address. */
function strangeHost({ host }: IncomingHttpHeaders, allowed: readonly string[]): string | null {
  if (host === undefined || host === "" || allowed.includes("*")) {
    return null;
  }
  const [, literal, text = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  const name = text.toLowerCase().replace(/\.$/, "");
  const known =
    literal === undefined
      ? name === "localhost" || isIP(name) === 4 || allowed.some((entry) => covers(entry, name))
      : isIP(literal) === 6;
  return known
    ? null
    : `Host ${JSON.stringify(host)} is no name of this service; ALLOWED_HOSTS takes more of them`;
}

function covers(entry: string, name: string): boolean {
  return entry.startsWith("*.")
    ? name.endsWith(entry.slice(1)) && name.length > entry.length - 1
    : name === entry;
}

/**
 * Why a request comes from a page of another origin; null where it does not, or from no page at all.
 * Schemes are not compared, since a proxy in front may have ended TLS.
 */
function strangeOrigin(headers: IncomingHttpHeaders, allowed: readonly string[]): string | null {
  const { origin, host = "" } = headers;
  if (origin !== undefined && allowed.includes(origin)) {
    return null;
  }
  const foreign =
    headers["sec-fetch-site"] === "cross-site" || (origin !== undefined && !isAt(origin, host));
  return foreign
    ? `Origin ${JSON.stringify(origin ?? "of another site")} is not this service's; CORS_ORIGINS takes more of them`
    : null;
}

/** Whether an origin has the host and port that a request was sent to; its scheme's port may be left out. */
function isAt(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) {
    return false;
  }
  const { protocol, host: from } = new URL(origin);
  const asked = `${protocol}//${host}`;
  return from !== "" && URL.canParse(asked) && new URL(asked).host === from;
}
