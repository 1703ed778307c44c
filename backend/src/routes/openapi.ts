import * as z from "zod";
import { LARGE_BODY, type AnswerSpec, type Route } from "./route.js";
import type { Allowed } from "../login/allowed.js";
import { SCHEMAS } from "../contract/responses.js";

type Json = Readonly<Record<string, unknown>>;

const VALIDATION: AnswerSpec = {
  description: "Validation error",
  schema: "HTTPValidationError",
};

const STRANGER: AnswerSpec = {
  description: "Asked under a name that is not this service's, or for a page of another origin",
  schema: "Error",
};

/** What every route but the open ones may answer where login is on. */
const LOGIN_ANSWERS: Readonly<Record<number, AnswerSpec>> = {
  401: { description: "No token, or one that is not valid, with the reason", schema: "Error" },
  403: {
    description: `${STRANGER.description}; or the token has not the role`,
    schema: "Error",
  },
  503: {
    description: "The keys of the OIDC provider cannot be had, or Redis does not answer",
    schema: "Unavailable",
  },
};

const BEARER = {
  type: "http",
  scheme: "bearer",
  description: "A token (JWT) of the OIDC provider, or one of the machine tokens",
};

const UNKNOWN_TYPE: AnswerSpec = {
  description: "The content type of the body is not one",
  schema: "Error",
};

/**
 * The description of the API as OpenAPI 3.1, whose schemas are JSON Schema 2020-12, made from the same
 * schemas that requests are checked with.
 *
 * @param login whether it asks for tokens
 */
export function openApi(version: string, routes: readonly Route[], login: boolean): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, login);
  }
  return {
    openapi: "3.1.0",
    info: { title: "SOC Agent System", version },
    paths,
    components: {
      schemas: componentSchemas(),
      ...(login && { securitySchemes: { bearer: BEARER } }),
    },
  };
}

function operation(route: Route, login: boolean): Json {
  // A body is read also where none is meant.
  const posted = route.method !== "GET";
  const { allowed } = route;
  const open = allowed === "everybody";
  const answers = {
    ...(open ? {} : { 403: STRANGER }),
    ...(posted ? { 413: tooLarge(route), 415: UNKNOWN_TYPE } : {}),
    ...(posted || route.query !== undefined ? { 422: VALIDATION } : {}),
    ...route.answers,
    ...(login && !open ? LOGIN_ANSWERS : {}),
  };
  const parameters = [
    ...[...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
      name,
      in: "query",
      required: !schema.safeParse(undefined).success,
      schema: inline(schema),
    })),
  ];
  return {
    summary: route.summary,
    ...(login && !open ? { description: needs(allowed), security: [{ bearer: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf(route.takes, route.body) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, { description, schema }]) => [
        status,
        schema === undefined
          ? { description }
          : { description, content: { "application/json": { schema: reference(schema) } } },
      ]),
    ),
  };
}

function needs(allowed: Exclude<Allowed, "everybody">): string {
  return allowed === "signed-in"
    ? "Needs a token, of whatever role."
    : `Needs a token with the role ${allowed.join(" or ")}.`;
}

function contentOf(takes: Route["takes"], body: z.ZodType): Json {
  return Object.fromEntries(
    Object.entries(takes ?? { "application/json": body }).map(([type, schema]) => [
      type,
      { schema: inline(schema) },
    ]),
  );
}

function tooLarge({ maxBytes = LARGE_BODY }: Route): AnswerSpec {
  return { description: `The body has more than ${maxBytes} bytes`, schema: "Error" };
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** The schema on the spot. */
function inline(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) {
    registry.add(schema, { id });
  }
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}
