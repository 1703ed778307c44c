/** Milliseconds since the epoch, with fractions. */
export type Clock = () => number;

const MAX_DRIFT_MS = 20;
let anchor = Date.now() - performance.now();
let lastMicros = 0;
let lastSecond = NaN;
let lastSecondText = "";

/**
 * The machine's clock to the microsecond. Every reading is later than the one before, so that
 * analyses made in one process sort by time in the order in which they were made.
 */
export const systemClock: Clock = () => {
  const wall = Date.now();
  // The monotonic clock knows nothing of corrections to the wall clock, so follow those.
  if (Math.abs(anchor + performance.now() - wall) > MAX_DRIFT_MS) {
    anchor = wall - performance.now();
  }
  lastMicros = Math.max(lastMicros + 1, Math.floor((anchor + performance.now()) * 1000));
  return lastMicros / 1000;
};

/**
 * The API's form of a time: `2026-01-31T12:00:00.123456`, UTC, microseconds, no zone.
 *
 * @param epochMs milliseconds since the epoch
 */
export function isoMicros(epochMs: number): string {
  const micros = Math.round(epochMs * 1000);
  const second = Math.floor(micros / 1_000_000);
  // An analysis writes down some twenty times, nearly always of the same second.
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondText = new Date(second * 1000).toISOString().slice(0, 19);
  }
  return `${lastSecondText}.${String(micros - second * 1_000_000).padStart(6, "0")}`;
}

/**
 * The inverse of {@link isoMicros}; a zone suffix is honoured, its absence means UTC.
 *
 * @returns milliseconds since the epoch, NaN for what is no time
 */
export function parseMicros(iso: string): number {
  const match = /^(.{19})(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?$/.exec(iso);
  if (match?.[1] === undefined) {
    return NaN;
  }
  return Date.parse(match[1] + (match[3] ?? "Z")) + Number(`0.${match[2] ?? "0"}`) * 1000;
}
