import type { ThreatStatus } from "../types";

/** A wire name for people: `rate_limit_breach` becomes "Rate limit breach". */
export function humanize(name: string): string {
  const text = name.replace(/[_-]+/g, " ").trim();
  const spelled = text
    .replace(/\b(ip|fp|ua|id|asn|api|url|os|mfa|sla)\b/gi, (word) => word.toUpperCase())
    .replace(/\bdevops\b/gi, "DevOps");
  return spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

/** What the contract calls a status, in the words of who works on threats. */
export function statusWord(status: ThreatStatus): string {
  const words: Partial<Record<ThreatStatus, string>> = {
    completed: "Open",
    analyzing: "Acknowledged",
  };
  return words[status] ?? humanize(status);
}

/** A fraction of 1 as a whole percentage: 0.415 becomes "42%". */
export function percent(fraction: number): string {
  return `${Math.round(clampFraction(fraction) * 100)}%`;
}

/** The nearest number from 0 to 1; 0 for what is no number. */
export function clampFraction(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}

/** "1 threat", "2 threats". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** Made once: making one takes longer than a hundred uses of it. */
const COUNT = new Intl.NumberFormat();

/** A whole number with the viewer's separators: "5,231". */
export function formatCount(n: number): string {
  return COUNT.format(n);
}

/** A list with a value taken out, or put in when it was not there. */
export function toggled<T>(values: readonly T[], value: T): T[] {
  return values.includes(value) ? values.filter((v) => v !== value) : [...values, value];
}

/** What a failure says of itself. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
