import type { Socket } from "node:net";
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { HttpError } from "../contract/problems.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import { StoreFull, StoreUnavailable } from "../store/store.js";
import { endWith } from "./rawAnswer.js";
import { Request } from "./request.js";

/** How long a request may take to come. */
export interface Receiving {
  /** From its first byte, or from the connection, to its last, in ms. The answer may take longer. */
  readonly receiveMs: number;
  /** Time between two looks at the connections, in ms: as much longer may a request take. */
  readonly checkMs: number;
}

/** People take a while. */
const FULL_RETRY_SECONDS = "60";

/**
 * Most bytes of all headers together. Behind a proxy for login its cookies come along, which hold the provider's
 * tokens; Node.js takes 16 KiB by default.
 */
const MAX_HEADER_BYTES = 64 * 1024;

/** How long it may take in production. */
export const RECEIVING: Receiving = { receiveMs: 15_000, checkMs: 500 };

/**
 * A server without routes, which reads bodies in the manner of FastAPI. It does not log: one line for
 * each threat and each failure, written by the handlers, says more than two for each request.
 *
 * @param trustedProxies addresses and networks whose `X-Forwarded-For` is believed
 */
export function createServer(
  { receiveMs, checkMs }: Receiving = RECEIVING,
  trustedProxies: readonly string[] = [],
): FastifyInstance {
  const server: FastifyInstance = fastify({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    // A request that comes over an open connection while the process drains is still served.
    return503OnClosing: false,
    requestTimeout: receiveMs,
    http: {
      IncomingMessage: Request,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Of the two the longer one would count for the body.
      headersTimeout: receiveMs,
      connectionsCheckingInterval: checkMs,
    },
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: refuseGarbage,
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(error.statusCode ?? 400).send({ detail: error.message });
    },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    "*",
    { parseAs: "string" },
    async (request: FastifyRequest, body: string) =>
      parseBody(request.headers["content-type"], body),
  );
  return server;
}

/** Answers what is no HTTP at all, in the form of all errors, and ends the connection. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET" || socket.destroyed) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? new HttpError(408, "The request took too long to come")
      : error.code === "HPE_HEADER_OVERFLOW"
        ? new HttpError(431, "The headers are too large")
        : new HttpError(400, "This is not HTTP");
  endWith(socket, problem);
}

/** JSON in all its forms. */
const JSON_TYPE = /^\s*application\/(json|x-ndjson|[\w.-]+\+json)\s*(;|$)/i;

/**
 * The JSON in a body; undefined for an empty one. Other types are refused: a page of another origin can
 * send these, and none at all, without the browser asking first.
 */
export function parseBody(contentType: string | undefined, body: string): unknown {
  if (body === "") {
    return undefined;
  }
  if (!JSON_TYPE.test(contentType ?? "")) {
    const got = contentType === undefined ? "none" : JSON.stringify(contentType);
    throw new HttpError(415, `Content-Type must be application/json, got ${got}`);
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new HttpError(422, [
      {
        type: "json_invalid",
        loc: ["body", 0],
        msg: "JSON decode error",
        input: {},
        ctx: { error: errorFields(error).error },
      },
    ]);
  }
}

function tooLarge({ routeOptions, headers }: FastifyRequest): string {
  const came = headers["content-length"] ?? "more";
  return `The body should have at most ${routeOptions.bodyLimit} bytes, not ${came}`;
}

/** Answers every error as JSON with a `detail`. To be called before routes are added. */
export function answerErrors(server: FastifyInstance, log: Logger): void {
  const routes: { readonly method: string; readonly path: RegExp }[] = [];
  server.addHook("onRoute", ({ method, url }) => {
    const path = new RegExp(`^${url.replace(/:\w+/g, "[^/]+")}/?$`);
    routes.push(...[method].flat().map((name) => ({ method: name, path })));
  });

  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const allowed = routes.filter((route) => route.path.test(path)).map((route) => route.method);
    return allowed.length > 0
      ? reply.code(405).header("allow", allowed.join(", ")).send({ detail: "Method Not Allowed" })
      : reply.code(404).send({ detail: "Not Found" });
  });

  server.setErrorHandler(
    (error: FastifyError | HttpError | StoreFull | StoreUnavailable, request, reply) => {
      if (error instanceof HttpError) {
        return reply.code(error.statusCode).headers(error.headers).send(error.body);
      }
      if (error instanceof StoreUnavailable) {
        const { error: cause } = errorFields(error.cause);
        log.warn({ error: cause, path: request.routeOptions.url }, error.message);
        return reply
          .code(503)
          .header("retry-after", "1")
          .send({ detail: "Threat store unavailable", reason: error.reason });
      }
      if (error instanceof StoreFull) {
        log.warn({ path: request.routeOptions.url }, error.message);
        return reply
          .code(429)
          .header("retry-after", FULL_RETRY_SECONDS)
          .send({ detail: `${error.message}. Review some of them, then send this again` });
      }
      if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
        return reply.code(413).send({ detail: tooLarge(request) });
      }
      const status = error.statusCode ?? 500;
      if (status < 500) {
        return reply.code(status).send({ detail: error.message });
      }
      log.error({ ...errorFields(error), path: request.routeOptions.url }, "Request failed");
      return reply.code(500).send({ detail: "Internal Server Error" });
    },
  );
}
