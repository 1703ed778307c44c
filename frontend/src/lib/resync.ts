import type { Snapshot, ThreatsState } from "../state/threats";
import type { ThreatAnalysis, ThreatPage } from "../types";

/** As `listThreats`. */
export type List = (limit: number, offset: number) => Promise<ThreatPage>;

/** The most that the backend gives at once. */
export const PAGE_SIZE = 100;

/**
 * Reads the newest threats over HTTP until they reach those that are known, so that nothing is
 * missing in between, or until there are as many as the page keeps.
 *
 * @param whole whether to go on beyond the first known one: only what was read again tells which of the
 *   known ones are gone
 * @param list as `listThreats`. What arrives between two pages moves the rest on, which may repeat
 *   a threat but cannot hide one.
 * @throws what `list` throws
 */
export async function readSnapshot(
  { threats: known, limit }: Pick<ThreatsState, "threats" | "limit">,
  list: List,
  whole = false,
): Promise<Snapshot> {
  const knownBefore = new Set(known.map(({ id }) => id));
  const threats: ThreatAnalysis[] = [];
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const page = await list(PAGE_SIZE, offset);
    threats.push(...page.threats);
    const complete = page.received < PAGE_SIZE;
    const reached = !whole && page.threats.some(({ id }) => knownBefore.has(id));
    if (complete || reached || threats.length >= limit) {
      return { threats, complete, knownBefore, fromNewest: true };
    }
  }
}

/**
 * Reads the next page of threats that are older than all that are known, from the oldest known one on:
 * that it is there again shows that nothing is missing in between.
 *
 * @param list as {@link readSnapshot}'s
 * @throws what `list` throws
 */
export async function readOlder(known: readonly ThreatAnalysis[], list: List): Promise<Snapshot> {
  const knownBefore = new Set(known.map(({ id }) => id));
  let from = Math.max(0, known.length - 1);
  let to = from + PAGE_SIZE;
  let last = await list(PAGE_SIZE, from);
  const threats = [...last.threats];
  // Some of the known ones are gone on the server, and the rest has moved up.
  while (from > 0 && !threats.some(({ id }) => knownBefore.has(id))) {
    from = Math.max(0, from - PAGE_SIZE);
    threats.unshift(...(await list(PAGE_SIZE, from)).threats);
  }
  // So many have arrived that the rest has moved down by a page.
  while (last.received === PAGE_SIZE && threats.every(({ id }) => knownBefore.has(id))) {
    last = await list(PAGE_SIZE, to);
    to += PAGE_SIZE;
    threats.push(...last.threats);
  }
  return { threats, complete: last.received < PAGE_SIZE, knownBefore };
}
