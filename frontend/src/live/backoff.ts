/** Bounds of the wait before a reconnect, in ms. */
export interface BackoffBounds {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Full-jitter exponential backoff: anywhere between 0 and the doubled-up bound, so that clients
 * which lost the same server do not come back all at once.
 *
 * @param attempt failures in a row so far, from 0.
 * @param random a number from 0 to 1.
 */
export function backoffDelay(attempt: number, random: number, bounds: BackoffBounds): number {
  return random * Math.min(bounds.capMs, bounds.baseMs * 2 ** attempt);
}
