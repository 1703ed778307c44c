import { useCallback, useEffect, useRef, useState } from "react";
import { getQuarantine } from "../lib/api";
import { messageOf } from "../lib/text";
import type { DashboardMetrics, Quarantined } from "../types";

/** Entries that are shown at first, and that each "Show older" adds. */
const PAGE = 20;
/** Most entries of one request. */
const MOST = 100;

/** What the page knows of the quarantine. */
export interface QuarantineView {
  /** Undefined until the backend has told. */
  readonly found: Quarantined | undefined;
  /** Why it could not be asked for, when that was tried last. */
  readonly error: string | undefined;
  readonly reload: () => void;
  readonly showOlder: () => void;
}

/**
 * Reads what could not be read: at once, and again as the figures change.
 *
 * @param figures which tell, without being asked for this, that something came or went
 */
export function useQuarantine(figures: DashboardMetrics["quarantine"]): QuarantineView {
  const { kept, fallen_out: fallen } = figures ?? {};
  const [found, setFound] = useState<Quarantined>();
  const [error, setError] = useState<string>();
  const [shown, setShown] = useState(PAGE);
  const latest = useRef(0);

  const reload = useCallback(() => {
    const read = ++latest.current;
    const isLatest = () => read === latest.current;
    readNewest(shown).then(
      (quarantined) => {
        if (isLatest()) {
          setFound(quarantined);
          setError(undefined);
        }
      },
      (failure: unknown) => isLatest() && setError(messageOf(failure)),
    );
  }, [shown]);
  useEffect(reload, [reload, kept, fallen]);

  const showOlder = useCallback(() => setShown((before) => before + PAGE), []);
  return { found, error, reload, showOlder };
}

/** The newest entries, however many requests they take. What comes in between shifts them: none is shown twice. */
async function readNewest(shown: number): Promise<Quarantined> {
  const first = await getQuarantine(Math.min(shown, MOST), 0);
  const entries = new Map(first.entries.map((entry) => [entry.id, entry]));
  for (let offset = MOST; offset < Math.min(shown, first.kept); offset += MOST) {
    const more = await getQuarantine(Math.min(shown - offset, MOST), offset);
    more.entries.forEach((entry) => entries.set(entry.id, entry));
  }
  return { ...first, entries: [...entries.values()] };
}
