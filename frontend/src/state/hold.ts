import type { ThreatAnalysis } from "../types";

/** A list as it was when its reader took hold of it. */
export interface Held {
  /** The ids of all threats that there were; what came since waits. */
  readonly known: ReadonlySet<string>;
  /** The rows, in their places. */
  readonly rows: readonly ThreatAnalysis[];
  /** The filters of which these are the rows, as the page's address has them; undefined to choose anew. */
  readonly filters: string | undefined;
  /** The list of which they are; of another one they would say nothing. */
  readonly shelf: string;
}

/**
 * Takes hold of a list.
 *
 * @param all what the page knows, also what the filters hide
 * @param shown what the filters let through, in its order
 */
export function takeHold(
  all: readonly ThreatAnalysis[],
  shown: readonly ThreatAnalysis[],
  filters: string,
  shelf: string,
): Held {
  return { known: new Set(all.map(({ id }) => id)), rows: shown, filters, shelf };
}

/** The hold under other filters: the reader moved the rows, but what came since still waits. */
export function refilter(held: Held, shown: readonly ThreatAnalysis[], filters: string): Held {
  return { ...held, rows: shown.filter(({ id }) => held.known.has(id)), filters };
}

/** The hold with more threats that do not wait: its reader asked for them. */
export function admit(held: Held, threats: readonly ThreatAnalysis[]): Held {
  const known = new Set([...held.known, ...threats.map(({ id }) => id)]);
  return { ...held, known, filters: undefined };
}

/** The held rows as they are by now. None moves, also when it has left the list meanwhile. */
export function heldRows({ rows }: Held, all: readonly ThreatAnalysis[]): ThreatAnalysis[] {
  const now = new Map(all.map((threat) => [threat.id, threat]));
  return rows.map((row) => now.get(row.id) ?? row);
}

/** How many came since and would be shown. */
export function countWaiting({ known }: Held, shown: readonly ThreatAnalysis[]): number {
  return shown.filter(({ id }) => !known.has(id)).length;
}
