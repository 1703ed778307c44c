import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, decideThreat, listThreats, type Decided as DecisionOutcome } from "../lib/api";
import { Gatherer } from "../live/gatherer";
import { LiveSocket, type ConnectionState } from "../live/liveSocket";
import { liveUrl, openWebSocket } from "../live/webSocket";
import { NO_FILTERS, type Scope } from "../state/filters";
import {
  BATCH_SIZE,
  NO_THREATS,
  nothingOf,
  scopeReducer,
  threatsReducer,
  type ThreatEvent,
  type ThreatsAction,
  type ThreatsState,
} from "../state/threats";
import type { Decisions, ThreatAnalysis, ThreatPage } from "../types";
import { useShelf, type Shelf } from "./useShelf";

/** The shortest time between two changes of the list by messages, in ms: each one draws the page anew. */
const REST_MS = 100;

/** The shortest time between two readings of the whole list, in ms: a flood makes the backend drop all the time. */
const VERIFY_REST_MS = 10_000;

/** How long a choice of a time must last before its threats are read, in ms: drawing over bars makes many. */
const CHOICE_REST_MS = 150;

/** The live list and where it stands. */
export interface LiveThreats {
  readonly connection: ConnectionState;
  /** The newest of all. */
  readonly all: Shelf;
  /** What is listed: the same, or the review queue or a part of the time once that was read. */
  readonly listed: Shelf;
  /** What that is. */
  readonly shelf: Scope;
  /** Puts a threat into the list that came another way than over the live connection. */
  readonly add: (threat: ThreatAnalysis) => void;
  /**
   * Decides something of a threat, and shows what it is by now. One that the backend does not have any more
   * leaves the list.
   *
   * @throws ApiError
   */
  readonly decide: (id: string, decisions: Decisions) => Promise<DecisionOutcome>;
  /** What has changed last, oldest first, also of those that are not listed. */
  readonly changed: readonly ThreatAnalysis[];
  /** Reconnects now instead of after the current wait, and reads again what is listed. */
  readonly retryNow: () => void;
  /** Finds out which of the listed threats are gone, at most every few seconds. */
  readonly verify: () => void;
}

/**
 * Keeps the list up to date over `/ws`. What the first message of a connection cannot hold is read
 * over HTTP, and so is the list while there is no live connection, at every failed attempt: behind
 * a proxy without WebSockets the page still works, later. The review queue and parts of the time, which may
 * reach far beyond the list, are read over HTTP whenever they are looked at.
 *
 * @param scope what is looked at
 */
export function useLiveThreats({ review, from, to }: Scope): LiveThreats {
  const [all, { dispatch, take: takeSnapshot, resync }] = useShelf(
    threatsReducer,
    NO_THREATS,
    listThreats,
  );
  const asked = useMemo(() => scopedShelf({ review, from, to }), [review, from, to]);
  const [part, { dispatch: dispatchPart, resync: resyncPart }] = useShelf(
    asked.reduce,
    asked.none,
    asked.list,
  );
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting" });
  const [changed, setChanged] = useState<readonly ThreatAnalysis[]>([]);
  /** Grows with each occasion on which what was known of the scope may have become old. */
  const [occasions, setOccasions] = useState(0);
  const live = useRef<LiveSocket>(undefined);

  const timed = from !== "" || to !== "";
  const scoped = review || timed;
  // A reference, so that the live connection stays as another scope is looked at.
  const isScoped = useRef(scoped);
  useEffect(() => {
    isScoped.current = scoped;
  }, [scoped]);

  const tell = useCallback(
    (action: ThreatsAction) => {
      dispatch(action);
      if (isScoped.current) {
        dispatchPart(action);
      }
    },
    [dispatch, dispatchPart],
  );
  const take = useCallback(
    (events: readonly ThreatEvent[]) => {
      const updates = events.filter(({ type }) => type === "threat_updated");
      if (updates.length > 0) {
        setChanged(updates.map(({ data }) => data));
      }
      tell({ type: "events", events });
    },
    [tell],
  );

  const readAgain = useCallback(() => {
    resync(true);
    setOccasions((n) => n + 1);
  }, [resync]);
  const verifications = useRef<Gatherer<true>>(undefined);
  useEffect(() => {
    const gatherer = new Gatherer<true>(readAgain, VERIFY_REST_MS);
    verifications.current = gatherer;
    return () => gatherer.stop();
  }, [readAgain]);
  const verify = useCallback(() => verifications.current?.add(true), []);

  const takeBatch = useCallback(
    ({ threats, received }: ThreatPage) => {
      const complete = received < BATCH_SIZE;
      // Before the batch is known: a gap between it and what was known must be seen.
      if (!complete) {
        resync();
      }
      takeSnapshot({ threats, complete });
      setOccasions((n) => n + 1);
    },
    [resync, takeSnapshot],
  );

  useEffect(() => {
    const events = new Gatherer(take, REST_MS);
    const socket = new LiveSocket({
      connect: (handlers) => openWebSocket(liveUrl(location), handlers),
      onMessage: (message) => {
        if (message.type === "initial_batch") {
          events.flush();
          takeBatch(message.data);
        } else if (message.type === "new_threat" || message.type === "threat_updated") {
          events.add(message);
        }
      },
      onState: setConnection,
    });
    live.current = socket;
    socket.open();
    const check = () => {
      if (document.visibilityState === "visible") {
        socket.check();
      }
    };
    // A machine that wakes up, or is back on a network, should not sit out a long backoff; and a
    // connection that did not survive should not go on looking alive.
    const wakings = [
      [window, "online"],
      [window, "offline"],
      [document, "visibilitychange"],
    ] as const;
    wakings.forEach(([target, name]) => target.addEventListener(name, check));
    return () => {
      wakings.forEach(([target, name]) => target.removeEventListener(name, check));
      socket.close();
      events.stop();
    };
  }, [takeBatch, take]);

  // Unchanged while the next attempt is under way: a slow answer over HTTP still counts then.
  const failures = "attempt" in connection ? connection.attempt : 0;
  useEffect(() => {
    if (failures > 0) {
      resync();
    }
  }, [failures, resync]);

  useEffect(() => {
    if (!scoped || (occasions === 0 && failures === 0)) {
      return;
    }
    const timer = setTimeout(() => resyncPart(true), timed ? CHOICE_REST_MS : 0);
    return () => clearTimeout(timer);
  }, [scoped, timed, occasions, failures, resyncPart]);

  const add = useCallback((data: ThreatAnalysis) => take([{ type: "new_threat", data }]), [take]);
  const decide = useCallback(
    async (id: string, decisions: Decisions) => {
      try {
        const outcome = await decideThreat(id, decisions);
        take([{ type: "threat_updated", data: outcome.threat }]);
        return outcome;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          tell({ type: "gone", id });
        }
        throw error;
      }
    },
    [take, tell],
  );
  const retryNow = useCallback(() => {
    live.current?.retryNow();
    readAgain();
  }, [readAgain]);
  const read = scoped && part.loaded;
  return {
    connection,
    all,
    listed: read ? part : scoped ? inPlaceOf(part, all) : all,
    shelf: read ? asked.scope : NO_FILTERS,
    add,
    decide,
    changed,
    retryNow,
    verify,
  };
}

/** What a scope needs of a shelf. */
function scopedShelf(scope: Scope) {
  return {
    scope,
    none: nothingOf(scope),
    reduce: (state: ThreatsState, action: ThreatsAction) => scopeReducer(state, action, scope),
    list: (limit: number, offset: number) => listThreats(limit, offset, scope),
  };
}

/** Until a scope was read, what the list has of it is shown, and more is on its way unless that has failed. */
function inPlaceOf(part: Shelf, all: Shelf): Shelf {
  return {
    ...all,
    loadError: part.loadError ?? all.loadError,
    reading: part.reading || part.loadError === undefined,
  };
}
