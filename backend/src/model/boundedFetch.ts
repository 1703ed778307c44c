import { boundedResponse } from "../base/boundedResponse.js";
import { ModelError } from "./failure.js";

/** Bytes of an answer: a hundred times what the largest form needs. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * `fetch` that reads no more of an answer than it may have.
 *
 * @throws {@link ModelError} while the body is read
 */
export async function boundedFetch(...asked: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...asked);
  return boundedResponse(
    response,
    MAX_ANSWER_BYTES,
    () => new ModelError("answer too large", response.status),
  );
}
