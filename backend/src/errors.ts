import type * as z from "zod";

/** One problem of a request, in the form that FastAPI gives it. */
export interface RequestProblem {
  readonly type: string;
  /** Where: `["query", "limit"]`, `["body", "threat_type"]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** What was sent. */
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** An answer other than success, meant for the client: status and body `{detail}`. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly statusCode: number,
    readonly detail: string | readonly RequestProblem[],
  ) {
    super(typeof detail === "string" ? detail : "Invalid request");
  }
}

/** Parses a part of a request, or throws a 422 that lists every problem. */
export function parseRequest<T>(schema: z.ZodType<T>, where: "query" | "body", input: unknown): T {
  if (where === "body" && (input === undefined || input === null)) {
    throw new HttpError(422, [
      { type: "missing", loc: [where], msg: "Field required", input: null },
    ]);
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    return parsed.data;
  }
  throw new HttpError(
    422,
    parsed.error.issues.map((issue) => {
      const { type, msg, ...ctx } = describe(issue);
      const loc = [where, ...issue.path.map(String)];
      return { type, loc, msg, input: valueAt(input, issue.path), ...ctx };
    }),
  );
}

/** The same problem in the words of FastAPI's validator. */
function describe(issue: z.core.$ZodIssue): Pick<RequestProblem, "type" | "msg" | "ctx"> {
  switch (issue.code) {
    case "too_small":
      return {
        type: "greater_than_equal",
        msg: `Input should be greater than or equal to ${issue.minimum}`,
        ctx: { ge: issue.minimum },
      };
    case "too_big":
      return {
        type: "less_than_equal",
        msg: `Input should be less than or equal to ${issue.maximum}`,
        ctx: { le: issue.maximum },
      };
    case "invalid_format":
      return {
        type: "int_parsing",
        msg: "Input should be a valid integer, unable to parse string as an integer",
      };
    case "invalid_type":
      return issue.expected === "string"
        ? { type: "string_type", msg: "Input should be a valid string" }
        : {
            type: "model_attributes_type",
            msg: "Input should be a valid dictionary or object to extract fields from",
          };
    case "invalid_union":
      return {
        type: "bool_parsing",
        msg: "Input should be a valid boolean, unable to interpret input",
      };
    default:
      return { type: "value_error", msg: issue.message };
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
}
