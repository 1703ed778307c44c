import type * as z from "zod";
import { fit } from "../base/bounded.js";
import { charactersOf } from "../contract/fields.js";
import { HttpError, NOT_AN_INTEGER, type RequestProblem } from "../contract/problems.js";

/** How much of what was sent an answer repeats, in characters as JSON. */
const MAX_REPEATED = 1000;

/**
 * Parses the query of a request, or throws a 422 that lists every problem. Of a parameter that is given
 * twice the last counts, and what reads as a number is one.
 */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const given = Object.entries(query as Readonly<Record<string, string | readonly string[]>>).map(
    ([name, value]) => [name, typeof value === "string" ? value : (value.at(-1) ?? "")] as const,
  );
  const values = given.map(([name, value]) => [name, numberOf(value) ?? value] as const);
  return parseRequest(schema, "query", Object.fromEntries(values), Object.fromEntries(given));
}

function numberOf(text: string): number | undefined {
  return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/**
 * Parses a part of a request, or throws a 422 that lists every problem.
 *
 * @param sent what to repeat as the input, if that is not what is parsed
 */
export function parseRequest<T>(
  schema: z.ZodType<T>,
  where: "query" | "body",
  input: unknown,
  sent: unknown = input,
): T {
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
      const loc = [where, ...issue.path.map(String)];
      const value = valueAt(sent, issue.path);
      if (value === undefined) {
        const parent = valueAt(sent, issue.path.slice(0, -1));
        return { type: "missing", loc, msg: "Field required", input: repeated(parent) };
      }
      const { type, msg, ...ctx } = describe(issue, value);
      return { type, loc, msg, input: repeated(value), ...ctx };
    }),
  );
}

function repeated(value: unknown): unknown {
  return fit(value, MAX_REPEATED);
}

type Description = Pick<RequestProblem, "type" | "msg" | "ctx">;

/** The same problem in the words of FastAPI's validator. */
function describe(issue: z.core.$ZodIssue, value: unknown): Description {
  switch (issue.code) {
    case "too_small":
      return {
        type: "greater_than_equal",
        msg: `Input should be greater than or equal to ${issue.minimum}`,
        ctx: { ge: issue.minimum },
      };
    case "too_big":
      if (issue.origin === "string" || issue.origin === "record") {
        return tooLong(issue.origin === "string", Number(issue.maximum), value);
      }
      return {
        type: "less_than_equal",
        msg: `Input should be less than or equal to ${issue.maximum}`,
        ctx: { le: issue.maximum },
      };
    case "invalid_type":
      return wrongType(issue.message === NOT_AN_INTEGER ? "int" : issue.expected, value);
    case "invalid_union":
      // The only union of a request is the one of all that means true or false.
      return typeof value === "string" || typeof value === "number"
        ? {
            type: "bool_parsing",
            msg: "Input should be a valid boolean, unable to interpret input",
          }
        : { type: "bool_type", msg: "Input should be a valid boolean" };
    default:
      return { type: "value_error", msg: issue.message };
  }
}

function tooLong(isText: boolean, most: number, value: unknown): Description {
  const length = isText ? charactersOf(String(value)) : JSON.stringify(value).length;
  const [what, unit] = isText ? ["String", "characters"] : ["Dictionary", "characters as JSON"];
  return {
    type: isText ? "string_too_long" : "too_long",
    msg: `${what} should have at most ${most} ${unit}, not ${length}`,
    ctx: { max_length: most, actual_length: length },
  };
}

function wrongType(expected: string, value: unknown): Description {
  const isText = typeof value === "string";
  switch (expected) {
    case "int":
      return isText
        ? { type: "int_parsing", msg: `${NOT_AN_INTEGER}, unable to parse string as an integer` }
        : { type: "int_type", msg: NOT_AN_INTEGER };
    case "number": {
      const msg = "Input should be a valid number";
      return isText
        ? { type: "float_parsing", msg: `${msg}, unable to parse string as a number` }
        : { type: "float_type", msg };
    }
    case "string":
      return { type: "string_type", msg: "Input should be a valid string" };
    case "record":
      return { type: "dict_type", msg: "Input should be a valid dictionary" };
    default:
      return {
        type: "model_attributes_type",
        msg: "Input should be a valid dictionary or object to extract fields from",
      };
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    input,
  );
}
