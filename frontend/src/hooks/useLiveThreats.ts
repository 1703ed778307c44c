import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { listThreats } from "../lib/api";
import { readSnapshot } from "../lib/resync";
import { LiveSocket, type ConnectionState } from "../live/liveSocket";
import { liveUrl, openWebSocket } from "../live/webSocket";
import { BATCH_SIZE, NO_THREATS, threatsReducer, type ThreatsState } from "../state/threats";
import type { ThreatAnalysis, ThreatPage } from "../types";

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
  /** What has changed last, also of those that are not listed. */
  readonly changed: ThreatAnalysis | undefined;
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
  const [changed, setChanged] = useState<ThreatAnalysis>();
  const change = useCallback((threat: ThreatAnalysis) => {
    setChanged(threat);
    dispatch({ type: "threat_updated", threat });
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
    const socket = new LiveSocket({
      connect: (handlers) => openWebSocket(liveUrl(location), handlers),
      onMessage: (message) => {
        if (message.type === "initial_batch") {
          takeBatch(message.data);
        } else if (message.type === "new_threat") {
          dispatch({ type: message.type, threat: message.data });
        } else if (message.type === "threat_updated") {
          change(message.data);
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
    const events = [
      [window, "online"],
      [window, "offline"],
      [document, "visibilitychange"],
    ] as const;
    events.forEach(([target, name]) => target.addEventListener(name, check));
    return () => {
      events.forEach(([target, name]) => target.removeEventListener(name, check));
      socket.close();
    };
  }, [takeBatch, change]);

  // Unchanged while the next attempt is under way: a slow answer over HTTP still counts then.
  const failures = "attempt" in connection ? connection.attempt : 0;
  useEffect(() => {
    if (failures > 0) {
      resync();
    }
  }, [failures, resync]);

  const add = useCallback((threat: ThreatAnalysis) => dispatch({ type: "new_threat", threat }), []);
  const retryNow = useCallback(() => live.current?.retryNow(), []);
  return { ...state, connection, loadError, reading, add, change, changed, retryNow, resync };
}
