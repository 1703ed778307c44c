import { useCallback, useEffect, useReducer, useRef, useState, type ActionDispatch } from "react";
import { readOlder, readSnapshot, type List } from "../lib/resync";
import type { Snapshot, ThreatsAction, ThreatsState } from "../state/threats";
import type { ThreatAnalysis } from "../types";

/** Stored threats of one kind, as far as the page has read them. */
export interface Shelf extends ThreatsState {
  /** Why they could not be read over HTTP, when that was tried last. */
  readonly loadError: string | undefined;
  /** Whether more of them are being read over HTTP. */
  readonly reading: boolean;
  /**
   * Reads a page of older ones.
   *
   * @throws ApiError
   */
  readonly showOlder: () => Promise<readonly ThreatAnalysis[]>;
}

/** What changes a shelf; the same functions as long as the page lives. */
export interface ShelfControl {
  readonly dispatch: ActionDispatch<[ThreatsAction]>;
  /** Takes what came another way for what there is. */
  readonly take: (snapshot: Snapshot) => void;
  /**
   * Reads the newest over HTTP; of several readings the last one counts.
   *
   * @param whole as `readSnapshot`'s
   */
  readonly resync: (whole?: boolean) => void;
}

/**
 * Keeps threats of one kind, which come by events and over HTTP.
 *
 * @param list how they are read; with another one it begins anew, as another shelf.
 */
export function useShelf(
  reducer: (state: ThreatsState, action: ThreatsAction) => ThreatsState,
  none: ThreatsState,
  list: List,
): [Shelf, ShelfControl] {
  const [kept, dispatch] = useReducer(reducer, none);
  const [loadError, setLoadError] = useState<string>();
  const [reading, setReading] = useState(false);
  const [of, setOf] = useState(() => list);
  const isOther = of !== list;
  // Nobody may take the other shelf's threats for this one's, not even while it begins anew.
  const state = isOther ? none : kept;
  if (isOther) {
    setOf(() => list);
    setLoadError(undefined);
    setReading(false);
    dispatch({ type: "anew", none });
  }
  const known = useRef(state);
  const latestRead = useRef(0);
  const latestList = useRef(list);
  useEffect(() => {
    known.current = state;
    latestList.current = list;
  });

  const take = useCallback((snapshot: Snapshot) => {
    setLoadError(undefined);
    dispatch({ type: "snapshot", snapshot });
  }, []);
  const resync = useCallback(
    (whole = false) => {
      const read = ++latestRead.current;
      const isLatest = () => read === latestRead.current && list === latestList.current;
      setReading(true);
      readSnapshot(known.current, list, whole).then(
        (snapshot) => {
          if (isLatest()) {
            setReading(false);
            take(snapshot);
          }
        },
        (error: Error) => {
          if (isLatest()) {
            setReading(false);
            setLoadError(error.message);
          }
        },
      );
    },
    [list, take],
  );
  const showOlder = useCallback(async () => {
    const snapshot = await readOlder(known.current.threats, list);
    if (list === latestList.current) {
      dispatch({ type: "older", snapshot });
    }
    return snapshot.threats;
  }, [list]);
  return [
    {
      ...state,
      loadError: isOther ? undefined : loadError,
      reading: !isOther && reading,
      showOlder,
    },
    { dispatch, take, resync },
  ];
}
