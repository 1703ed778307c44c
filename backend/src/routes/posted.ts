import type { FastifyRequest } from "fastify";
import { HttpError } from "../contract/problems.js";
import { plainBody, type Posted } from "../ingest/delivery.js";
import { parseBody } from "../server/http.js";

/** A body that cannot be read at all. */
export interface Unread {
  readonly problem: HttpError;
  readonly raw: () => string;
}

/**
 * Reads a body of alerts; undefined for none. What cannot be read is no failure yet: the handler answers it.
 *
 * @throws {@link HttpError} 413 where it is too large
 */
export async function readPosted(
  { headers }: FastifyRequest,
  body: Buffer,
): Promise<Posted | Unread | undefined> {
  const type = headers["content-type"];
  let plain = body;
  try {
    plain = await plainBody(body, headers["content-encoding"]);
    const text = plain.toString();
    if (text !== "" && /^\s*application\/x-ndjson\s*(;|$)/i.test(type ?? "")) {
      return { text };
    }
    const json = parseBody(type, text);
    return json === undefined ? undefined : { text, json };
  } catch (error) {
    if (error instanceof HttpError && error.statusCode !== TOO_LARGE) {
      return { problem: error, raw: () => plain.toString() };
    }
    throw error;
  }
}

/** The status of a body that is too large. */
export const TOO_LARGE = 413;

/** What an answer says of an alert, in one sentence, and the field that is to blame. */
export function problemOf({ detail }: HttpError): { message: string; field: string | null } {
  if (typeof detail === "string") {
    return { message: detail, field: null };
  }
  if ("message" in detail) {
    const { message, field = null } = detail;
    return { message, field };
  }
  const problems = detail.map(({ msg, ctx }) =>
    typeof ctx?.["error"] === "string" ? `${msg}: ${ctx["error"]}` : msg,
  );
  return { message: problems.join("; "), field: null };
}
