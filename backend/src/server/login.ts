import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpError } from "../contract/problems.js";
import { forbidden, type Allowed } from "../login/allowed.js";
import type { Identity } from "../login/identity.js";
import type { Login } from "../login/login.js";
import type { Caller } from "../telemetry/audit.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route. */
    allowed?: Allowed;
  }
  interface FastifyRequest {
    /** Who sends it; null where nobody is asked to sign in. */
    identity: Identity | null;
  }
}

/** Who does something, as long as nobody signs in. */
const SOMEBODY = "unknown";

/** By whom a request is, and where it comes from: an IPv4 address as such, also where the listener is IPv6. */
export function callerOf({ identity, ip }: FastifyRequest): Caller {
  return {
    by: identity?.name ?? SOMEBODY,
    subject: identity?.subject ?? null,
    address: ip.replace(/^::ffff:(?=[\d.]+$)/i, ""),
  };
}

/**
 * Has only those use a route whose verified token lets them. To be called before routes are added.
 *
 * @param login null lets everybody
 */
export function requireLogin(server: FastifyInstance, login: Login | null): void {
  server.decorateRequest("identity", null);
  if (login === null) {
    return;
  }
  server.addHook("onRequest", async (request) => {
    const { method, headers, routeOptions } = request;
    // What is no route is told to those alone who are signed in. A preflight is answered before.
    const { allowed = "signed-in" } = routeOptions.config;
    if (allowed === "everybody") {
      return;
    }
    request.identity = await login.identify(headers.authorization);
    const problem = forbidden(`${method} ${routeOptions.url}`, allowed, request.identity);
    if (problem !== null) {
      throw new HttpError(403, problem);
    }
  });
}
