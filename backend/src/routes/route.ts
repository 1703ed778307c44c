import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as z from "zod";
import { SCHEMAS } from "../contract/responses.js";
import type { Allowed } from "../login/allowed.js";
import { parseQuery, parseRequest } from "./parse.js";

/** One answer that a route may give. */
export interface AnswerSpec {
  readonly description: string;
  /** The name of its schema; absent for an answer that is no JSON. */
  readonly schema?: keyof typeof SCHEMAS;
}

/** What a handler gets: the request with its parts checked. */
export interface Call<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A route and all that is to be known of it. */
export interface Route<Query = unknown, Body = unknown> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** Who may use it, where login is on. */
  readonly allowed: Allowed;
  readonly query?: z.ZodObject<Readonly<Record<string, z.ZodType>>> & z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** What bodies may be, by content type, where the handler checks them: for the description alone. */
  readonly takes?: Readonly<Record<string, z.ZodType>>;
  /** Most bytes of a body; {@link LARGE_BODY} if it is not given. */
  readonly maxBytes?: number;
  /**
   * By status. 422 is added where there is something to check, if it is not given: it then has the
   * form of FastAPI.
   */
  readonly answers: Readonly<Record<number, AnswerSpec>>;
}

/** What is plenty for a form with bounded fields, even in escapes. */
export const SMALL_BODY = 64 * 1024;
/** What sensors send comes in batches. */
export const LARGE_BODY = 1024 * 1024;

/** The answers of every route that asks the store. */
export const STORE_ANSWERS: Readonly<Record<number, AnswerSpec>> = {
  503: { description: "Redis does not answer", schema: "Unavailable" },
};

/** The answers of every route that stores threats. */
export const SAVE_ANSWERS: Readonly<Record<number, AnswerSpec>> = {
  429: {
    description: "No room: all that is stored is CRITICAL and awaits review",
    schema: "Error",
  },
  ...STORE_ANSWERS,
};

/** Makes of the bytes of a body what the handler gets; undefined for none. */
export type BodyReader = (request: FastifyRequest, body: Buffer) => Promise<unknown>;

/** The routes of a server, each registered and described by the same words. */
export class Routes {
  readonly #routes: Route[];

  constructor(
    private readonly server: FastifyInstance,
    routes: Route[] = [],
  ) {
    this.#routes = routes;
  }

  /** All routes added so far. */
  get all(): readonly Route[] {
    return this.#routes;
  }

  /** Serves what is not part of the API, and is not described. */
  addPage(
    path: string,
    allowed: Allowed,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): void {
    this.server.get(path, { config: { allowed } }, handler);
  }

  /**
   * Adds routes whose bodies are read in a way of their own.
   *
   * @param onAnswered told of the status of each answer
   */
  async withBodies(
    read: BodyReader,
    add: (routes: Routes) => void,
    onAnswered: (status: number) => void,
  ): Promise<void> {
    await this.server.register(async (scope) => {
      scope.addHook("onResponse", async (_request, { statusCode }) => onAnswered(statusCode));
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer" }, read);
      add(new Routes(scope, this.#routes));
    });
  }

  /** Serves a route. What does not fit its schemas is answered before the handler is called. */
  add<Query, Body>(route: Route<Query, Body>, handler: (call: Call<Query, Body>) => unknown): void {
    const { method, path: url, allowed, query, body, maxBytes = LARGE_BODY } = route;
    this.#routes.push(route);
    this.server.route({
      method,
      url,
      bodyLimit: maxBytes,
      config: { allowed },
      handler: async (request, reply) =>
        handler({
          query: (query && parseQuery(query, request.query)) as Query,
          body: (body && parseRequest(body, "body", request.body)) as Body,
          request,
          reply,
        }),
    });
  }
}
