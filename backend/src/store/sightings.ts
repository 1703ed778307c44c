/** What an alert is, for all who may send it again. */
export interface Identity {
  /** A digest of the source and of its id for the alert, or of the alert as a whole. */
  readonly key: string;
  /** The later of two sorts behind the other, as texts. */
  readonly version: string;
}

/** An alert that has come, and what it is among those that came before. */
export interface Sighting extends Identity {
  /**
   * `new`, or `newer` than what is stored: whoever is told so is to save it; `again`: it is known, and
   * only counted.
   */
  readonly kind: "new" | "newer" | "again";
  /** The id of its threat: the given one, or that of the time before. */
  readonly id: string;
  /** How often it has come, in all its versions. */
  readonly count: number;
}

/** How many alerts are remembered: those that came last. */
export const MAX_SIGHTINGS = 20_000;
/** Whoever has not saved an alert for so long is lost, and the next one who sends it gets it, in ms. */
export const LEASE_MS = 60_000;

/** What is remembered of an alert. */
export interface Seen {
  readonly id: string;
  readonly count: number;
  /** The newest version that came. */
  readonly version: string;
  /** The version that is stored; absent until one is. */
  readonly stored?: string;
  /** Until when whoever got the version may take to save it; absent once it has. */
  readonly lease?: number;
}

/**
 * What is to be remembered of an alert that comes, and what it is. The script in Redis does the same.
 *
 * @param id for its threat, if it is new
 * @param now milliseconds since the epoch
 */
export function sight(
  seen: Seen | undefined,
  identity: Identity,
  id: string,
  now: number,
): { readonly seen: Seen; readonly sighting: Sighting } {
  const count = (seen?.count ?? 0) + 1;
  const lost = seen?.lease !== undefined && seen.lease < now;
  const known = lost ? seen.stored : seen?.version;
  const kind =
    seen === undefined || known === undefined
      ? "new"
      : identity.version > known
        ? "newer"
        : "again";
  const threat = seen?.id ?? id;
  return {
    sighting: { ...identity, kind, id: threat, count },
    seen:
      kind === "again"
        ? { ...(seen as Seen), count }
        : { ...seen, id: threat, count, version: identity.version, lease: now + LEASE_MS },
  };
}
