import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { listThreats } from "../lib/api";
import { LiveSocket, type ConnectionState } from "../live/liveSocket";
import { liveUrl, openWebSocket } from "../live/webSocket";
import { NO_THREATS, SNAPSHOT_SIZE, threatsReducer, type ThreatsState } from "../state/threats";
import type { ThreatAnalysis } from "../types";

/** The live list and where it stands. */
export interface LiveThreats extends ThreatsState {
  readonly connection: ConnectionState;
  /** Why the list could not be read either, while there is no live connection. */
  readonly loadError: string | undefined;
  /** Puts a threat into the list that came another way than over the live connection. */
  readonly add: (threat: ThreatAnalysis) => void;
  /** Reconnects now instead of after the current wait. */
  readonly retryNow: () => void;
}

/**
 * Keeps the list up to date over `/ws`. While there is no live connection, the list is read over
 * HTTP at every failed attempt: behind a proxy without WebSockets the page still works, later.
 */
export function useLiveThreats(): LiveThreats {
  const [state, dispatch] = useReducer(threatsReducer, NO_THREATS);
  const [connection, setConnection] = useState<ConnectionState>({ kind: "connecting" });
  const [loadError, setLoadError] = useState<string>();
  const live = useRef<LiveSocket>(undefined);

  useEffect(() => {
    const socket = new LiveSocket({
      connect: (handlers) => openWebSocket(liveUrl(location), handlers),
      onMessage: (message) => {
        if (message.type === "initial_batch" || message.type === "new_threat") {
          setLoadError(undefined);
          dispatch(message);
        }
      },
      onState: setConnection,
    });
    live.current = socket;
    socket.open();
    const wake = () => {
      if (document.visibilityState === "visible") {
        socket.retryNow();
      }
    };
    // A machine that wakes up, or is back on a network, should not sit out a long backoff.
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      socket.close();
    };
  }, []);

  // Unchanged while the next attempt is under way: a slow answer over HTTP still counts then.
  const failures = "attempt" in connection ? connection.attempt : 0;
  useEffect(() => {
    if (failures === 0) {
      return;
    }
    let current = true;
    listThreats(SNAPSHOT_SIZE).then(
      (data) => {
        if (current) {
          setLoadError(undefined);
          dispatch({ type: "initial_batch", data });
        }
      },
      (error: Error) => {
        if (current) {
          setLoadError(error.message);
        }
      },
    );
    return () => {
      current = false;
    };
  }, [failures]);

  const add = useCallback((data: ThreatAnalysis) => dispatch({ type: "new_threat", data }), []);
  const retryNow = useCallback(() => live.current?.retryNow(), []);
  return { ...state, connection, loadError, add, retryNow };
}
