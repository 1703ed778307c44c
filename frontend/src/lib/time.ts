/**
 * Reads one of the backend's times, in epoch milliseconds.
 *
 * The backend writes UTC without a zone suffix, which `new Date` would take for local time.
 *
 * @returns NaN when the text is no time.
 */
export function parseUtc(iso: string): number {
  return Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso}Z`);
}

/** How long ago, in words: "just now", "42 s ago", "5 min ago", "3 h ago", "2 d ago". */
export function formatAge(thenMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - thenMs) / 1000);
  if (Number.isNaN(seconds)) {
    return "at an unknown time";
  }
  // A server clock slightly ahead of the viewer's gives a negative age.
  if (seconds < 2) {
    return "just now";
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) {
    return `${seconds} s ago`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 1) {
    return `${minutes} min ago`;
  }
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** Made once each: making one takes longer than a hundred uses of it. */
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const SHORT_DATE_TIME = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "short",
});
const SHORT_TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const SPAN = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

/** The viewer's local date and time with seconds; the text itself when it is no time. */
export function formatDateTime(iso: string): string {
  const time = parseUtc(iso);
  return Number.isNaN(time) ? iso : DATE_TIME.format(time);
}

/** The viewer's local time without seconds, with the date when it is not that of now; as above if none. */
export function formatSince(iso: string, nowMs: number): string {
  const time = new Date(parseUtc(iso));
  if (Number.isNaN(time.getTime())) {
    return iso;
  }
  const today = time.toDateString() === new Date(nowMs).toDateString();
  return (today ? SHORT_TIME : SHORT_DATE_TIME).format(time);
}

/** The viewer's local time from one moment (epoch ms) to another one, with the date. */
export function formatSpan(fromMs: number, toMs: number): string {
  return SPAN.formatRange(fromMs, toMs);
}

/** Milliseconds for people: "< 1 ms", "850 ms", "1.3 s". */
export function formatDuration(ms: number): string {
  if (ms < 1) {
    return "< 1 ms";
  }
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Minutes for people: "45 min", "1 h", "4 h 30 min". */
export function formatMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours} h` : "", rest > 0 || hours === 0 ? `${rest} min` : ""]
    .filter(Boolean)
    .join(" ");
}

/** How long until a deadline: "due in 12 min", "due in 40 s", "overdue by 2 h". */
export function formatDueIn(dueMs: number, nowMs: number): string {
  const seconds = Math.round(Math.abs(dueMs - nowMs) / 1000);
  if (Number.isNaN(seconds)) {
    return "due at an unknown time";
  }
  const hours = Math.floor(seconds / 3600);
  const span =
    seconds < 60
      ? `${seconds} s`
      : hours < 1
        ? `${Math.floor(seconds / 60)} min`
        : hours < 24
          ? `${hours} h`
          : `${Math.floor(hours / 24)} d`;
  return dueMs < nowMs ? `overdue by ${span}` : `due in ${span}`;
}
