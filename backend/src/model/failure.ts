/** Why the model did not judge; a closed set, since it is published. */
export type ModelFailure =
  | "timeout"
  | "rate limited"
  | "unreachable"
  | "access refused"
  | "request refused"
  | "server error"
  | "answer refused"
  | "answer cut off"
  | "answer too large"
  | "answer is not JSON"
  | "answer does not fit the schema"
  | "circuit open"
  | "too many questions at once";

/**
 * The model did not judge. The message holds nothing that the provider said, since that may repeat the
 * key or the customer's data.
 */
export class ModelError extends Error {
  override readonly name = "ModelError";

  constructor(
    readonly failure: ModelFailure,
    /** The HTTP status, if there was an answer. */
    readonly status: number | null = null,
  ) {
    super(status === null ? failure : `${failure} (HTTP ${status})`);
  }
}
