import { MAX_THREATS, type Snapshot } from "../state/threats";
import type { ThreatAnalysis, ThreatPage } from "../types";

/** The most that the backend gives at once. */
export const PAGE_SIZE = 100;

/**
 * Reads the newest threats over HTTP until they reach those that are known, so that nothing is
 * missing in between, or until there are as many as the page keeps.
 *
 * @param list as `listThreats`. What arrives between two pages moves the rest on, which may repeat
 *   a threat but cannot hide one.
 * @throws what `list` throws
 */
export async function readSnapshot(
  known: readonly ThreatAnalysis[],
  list: (limit: number, offset: number) => Promise<ThreatPage>,
): Promise<Snapshot> {
  const knownBefore = new Set(known.map(({ id }) => id));
  const threats: ThreatAnalysis[] = [];
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const page = await list(PAGE_SIZE, offset);
    threats.push(...page.threats);
    const complete = page.received < PAGE_SIZE;
    const reached = page.threats.some(({ id }) => knownBefore.has(id));
    if (complete || reached || threats.length >= MAX_THREATS) {
      return { threats, complete, knownBefore };
    }
  }
}
