import { isoMicros, parseMicros } from "../base/clock.js";

/** The last time that has a year of four digits. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
/** As Wazuh's dashboard shows and copies it: `Mar 21, 2026 @ 15:56:21.984`. */
const DASHBOARD = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) @ (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/;
/** As Wazuh's `alerts.log` has it: `2026 Mar 21 15:56:21`. */
const LOG = /^(\d{4}) ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d)$/;

/**
 * The API's form of a time that a source wrote: ISO 8601 in all its offsets, or as Wazuh writes it for
 * people. Digits beyond microseconds are dropped. Whoever names a zone gets one back.
 *
 * @returns undefined for what is no time since 1970
 */
export function timeOf(text: string): string | undefined {
  const [, date, clock, fraction = "0", zone] = ISO.exec(text) ?? peoplesForm(text) ?? [];
  if (date === undefined || clock === undefined) {
    return undefined;
  }
  const offset = zone?.toUpperCase().replace(/^([+-]\d\d):?(\d\d)?$/, zoneInFull);
  const epochMs = parseMicros(`${date}T${clock}.${fraction.slice(0, 6)}${offset ?? ""}`);
  const time = timeAt(epochMs);
  return time === undefined ? undefined : `${time}${zone === undefined ? "" : "Z"}`;
}

/** The API's form of milliseconds since the epoch, without a zone; undefined for what is no time. */
export function timeAt(epochMs: number): string | undefined {
  return epochMs >= 0 && epochMs <= LATEST_MS ? isoMicros(epochMs) : undefined;
}

function zoneInFull(_zone: string, hours: string, minutes = "00"): string {
  return `${hours}:${minutes}`;
}

type Parts = readonly [string, string, string, string | undefined, undefined];

/** The parts of a time that is written for people, as {@link ISO} gives them. */
function peoplesForm(text: string): Parts | undefined {
  const shown = DASHBOARD.exec(text);
  if (shown !== null) {
    const [, month = "", day = "", year = "", clock = "", fraction] = shown;
    return [text, dateOf(year, month, day), clock, fraction, undefined];
  }
  const logged = LOG.exec(text);
  if (logged !== null) {
    const [, year = "", month = "", day = "", clock = ""] = logged;
    return [text, dateOf(year, month, day), clock, undefined, undefined];
  }
  return undefined;
}

function dateOf(year: string, month: string, day: string): string {
  const number = MONTHS.indexOf(month) / 3 + 1;
  return `${year}-${String(number).padStart(2, "0")}-${day.padStart(2, "0")}`;
}
