import { StoreUnavailable } from "./store.js";

/** Longest wait for an answer, in ms. Also bounds the readiness check. */
export const COMMAND_TIMEOUT_MS = 1000;

/**
 * The error of a command as the store tells it.
 *
 * @param refusal why there is no connection, as far as that is known
 */
export function unavailable(error: unknown, refusal: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  // Only Redis's own replies ("OOM ...", "LOADING ...") say something that a client may read.
  const code = /^[A-Z]{3,}\b/.exec(message)?.[0];
  const reason =
    message === "Command timed out"
      ? `Redis did not answer within ${COMMAND_TIMEOUT_MS} ms`
      : code !== undefined
        ? `Redis refused the command (${code})`
        : `no connection to Redis${whyRefused(refusal)}`;
  return new StoreUnavailable(reason, error);
}

/** What can only be mended by whoever set the connection up; nothing of what passes by itself. */
function whyRefused(refusal: unknown): string {
  const { code, message } = (refusal ?? {}) as Partial<NodeJS.ErrnoException>;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return ": its certificate is for another host name";
  }
  if (code !== undefined && /CERT|SELF_SIGNED|LEAF_SIGNATURE/.test(code)) {
    return `: its certificate is not trusted (${code})`;
  }
  const reply = /^(NOAUTH|WRONGPASS|NOPERM)\b/.exec(message ?? "")?.[0];
  return reply === undefined ? "" : `: it asks for another user or password (${reply})`;
}
