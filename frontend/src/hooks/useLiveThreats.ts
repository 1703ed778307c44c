import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { listThreats } from "../lib/api";
import { readSnapshot } from "../lib/resync";
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
import type { ThreatAnalysis, ThreatPage } from "../types";

/** The shortest time between two changes of the list by messages, in ms: each one draws the page anew. */
const REST_MS = 100;

/** The live list and where it stands. */
export interface LiveThreats extends ThreatsState {
  readonly connection: ConnectionState;
  /** Why the list could not be read over HTTP, when that was tried last. */
  readonly loadError: string | undefined;
  /** Whether more of it is being read over HTTP. */
  readonly reading: boolean;
  /** Puts a threat into the list that came another way than over the live connection. */
  readonly add: (threat: ThreatAnalysis) => void;
  /** Takes what a threat has become. */
  readonly change: (threat: ThreatAnalysis) => void;
  /** What has changed last, oldest first, also of those that are not listed. */
  readonly changed: readonly ThreatAnalysis[];
  /** Reconnects now instead of after the current wait. */
  readonly retryNow: () => void;
  /** Reads the list anew over HTTP. */
  readonly resync: () => void;
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
  const known = useRef(state.threats);
  const latestRead = useRef(0);
  useEffect(() => {
    known.current = state.threats;
  });

  const resync = useCallback(() => {
    const read = ++latestRead.current;
    const isLatest = () => read === latestRead.current;
    setReading(true);
    readSnapshot(known.current, listThreats).then(
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
  const change = useCallback(
    (data: ThreatAnalysis) => take([{ type: "threat_updated", data }]),
    [take],
  );
  const retryNow = useCallback(() => live.current?.retryNow(), []);
  return { ...state, connection, loadError, reading, add, change, changed, retryNow, resync };
}
