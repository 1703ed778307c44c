import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { ApiError, decideThreat, listThreats, type Decided as DecisionOutcome } from "../lib/api";
import { readOlder, readSnapshot } from "../lib/resync";
import { Gatherer } from "../live/gatherer";
import { LiveSocket, type ConnectionState } from "../live/liveSocket";
import { liveUrl, openWebSocket } from "../live/webSocket";
import {
  BATCH_SIZE,
  NO_THREATS,
  threatsReducer,
  type ThreatEvent,
  type ThreatsState,
} from "../state/threats";
import type { Decisions, ThreatAnalysis, ThreatPage } from "../types";

/** The shortest time between two changes of the list by messages, in ms: each one draws the page anew. */
const REST_MS = 100;

/** The shortest time between two readings of the whole list, in ms: a flood makes the backend drop all the time. */
const VERIFY_REST_MS = 10_000;

/** The live list and where it stands. */
export interface LiveThreats extends ThreatsState {
  readonly connection: ConnectionState;
  /** Why the list could not be read over HTTP, when that was tried last. */
  readonly loadError: string | undefined;
  /** Whether more of it is being read over HTTP. */
  readonly reading: boolean;
  /** Puts a threat into the list that came another way than over the live connection. */
  readonly add: (threat: ThreatAnalysis) => void;
  /**
   * Decides something of a threat, and shows what it is by now. One that the backend does not have any more
   * leaves the list.
   *
   * @throws ApiError
   */
  readonly decide: (id: string, decisions: Decisions) => Promise<DecisionOutcome>;
  /**
   * Reads a page of older threats into the list.
   *
   * @throws ApiError
   */
  readonly showOlder: () => Promise<readonly ThreatAnalysis[]>;
  /** What has changed last, oldest first, also of those that are not listed. */
  readonly changed: readonly ThreatAnalysis[];
  /** Reconnects now instead of after the current wait. */
  readonly retryNow: () => void;
  /** Finds out which of the listed threats are gone, at most every few seconds. */
  readonly verify: () => void;
}

/**
 * Keeps the list up to date over `/ws`. What the first message of a connection cannot hold is read
 * over HTTP, and so is the list while there is no live connection, at every failed attempt: behind
 * a proxy without WebSockets the page still works, later.
 */
export function useLiveThreats(): LiveThreats {
  const [state, dispatch] = useReducer(threatsReducer, NO_THREATS);
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting" });
  const [loadError, setLoadError] = useState<string>();
  const [reading, setReading] = useState(false);
  const [changed, setChanged] = useState<readonly ThreatAnalysis[]>([]);
  const take = useCallback((events: readonly ThreatEvent[]) => {
    const updates = events.filter(({ type }) => type === "threat_updated");
    if (updates.length > 0) {
      setChanged(updates.map(({ data }) => data));
    }
    dispatch({ type: "events", events });
  }, []);
  const live = useRef<LiveSocket>(undefined);
  const known = useRef(state);
  const latestRead = useRef(0);
  useEffect(() => {
    known.current = state;
  });

  const resync = useCallback((whole = false) => {
    const read = ++latestRead.current;
    const isLatest = () => read === latestRead.current;
    setReading(true);
    readSnapshot(known.current, listThreats, whole).then(
      (snapshot) => {
        if (isLatest()) {
          setReading(false);
          setLoadError(undefined);
          dispatch({ type: "snapshot", snapshot });
        }
      },
      (error: Error) => {
        if (isLatest()) {
          setReading(false);
          setLoadError(error.message);
        }
      },
    );
  }, []);

  const verifications = useRef<Gatherer<true>>(undefined);
  useEffect(() => {
    const gatherer = new Gatherer<true>(() => resync(true), VERIFY_REST_MS);
    verifications.current = gatherer;
    return () => gatherer.stop();
  }, [resync]);
  const verify = useCallback(() => verifications.current?.add(true), []);

  const takeBatch = useCallback(
    ({ threats, received }: ThreatPage) => {
      const complete = received < BATCH_SIZE;
      // Before the batch is known: a gap between it and what was known must be seen.
      if (!complete) {
        resync();
      }
      setLoadError(undefined);
      dispatch({ type: "snapshot", snapshot: { threats, complete } });
    },
    [resync],
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
    const occasions = [
      [window, "online"],
      [window, "offline"],
      [document, "visibilitychange"],
    ] as const;
    occasions.forEach(([target, name]) => target.addEventListener(name, check));
    return () => {
      occasions.forEach(([target, name]) => target.removeEventListener(name, check));
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

  const add = useCallback((data: ThreatAnalysis) => take([{ type: "new_threat", data }]), [take]);
  const decide = useCallback(
    async (id: string, decisions: Decisions) => {
      try {
        const outcome = await decideThreat(id, decisions);
        take([{ type: "threat_updated", data: outcome.threat }]);
        return outcome;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          dispatch({ type: "gone", id });
        }
        throw error;
      }
    },
    [take],
  );
  const showOlder = useCallback(async () => {
    const snapshot = await readOlder(known.current.threats, listThreats);
    dispatch({ type: "older", snapshot });
    return snapshot.threats;
  }, []);
  const retryNow = useCallback(() => live.current?.retryNow(), []);
  return {
    ...state,
    connection,
    loadError,
    reading,
    changed,
    add,
    decide,
    showOlder,
    retryNow,
    verify,
  };
}
