import * as z from "zod";
import type { Wire } from "./fields.js";

/** Every error but those below. */
export const DETAIL = z.object({ detail: z.string() });

/** A request that does not fit, in the form of FastAPI. */
export const VALIDATION_ERROR = z.object({
  detail: z.array(
    z.object({
      type: z.string(),
      /** Where: `["query", "limit"]`, `["body", "threat_type"]`. */
      loc: z.array(z.union([z.string(), z.int()])),
      msg: z.string(),
      /** What was sent. */
      input: z.unknown(),
      ctx: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
export type RequestProblem = Wire<typeof VALIDATION_ERROR>["detail"][number];

/** An alert that does not fit; `field` names the culprit where there is one. */
export const ALERT_ERROR = z.object({
  detail: z.object({ message: z.string(), field: z.string().optional() }),
});
type AlertProblem = Wire<typeof ALERT_ERROR>["detail"];

/** Redis does not answer. Worth another try a second later. */
export const UNAVAILABLE = z.object({ detail: z.string(), reason: z.string() });

/** The message by which a schema says that a whole number is needed, since its type alone does not. */
export const NOT_AN_INTEGER = "Input should be a valid integer";

/**
 * An answer other than success, meant for the client: status and body `{detail}`.
 *
 * @param headers besides those of every answer
 * @param reason stands beside `detail` in the body, as in {@link UNAVAILABLE}
 */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly statusCode: number,
    readonly detail: string | readonly RequestProblem[] | AlertProblem,
    readonly headers: Readonly<Record<string, string>> = {},
    private readonly reason?: string,
  ) {
    super(typeof detail === "string" ? detail : "Invalid request");
  }

  /** What is answered. */
  get body(): object {
    const { detail, reason } = this;
    return reason === undefined ? { detail } : { detail, reason };
  }
}
