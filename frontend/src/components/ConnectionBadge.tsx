import { useContext } from "react";
import { SignInContext } from "../hooks/useSession";
import type { ConnectionState } from "../live/liveSocket";

/** What each state is called on the page. */
const LABELS: Readonly<Record<ConnectionState["kind"], string>> = {
  connecting: "Connecting",
  live: "Live",
  waiting: "Reconnecting",
  reconnecting: "Reconnecting",
};

/** What the connection is called on the page, where it needs somebody who is signed in, too. */
export function useConnectionLabel({ kind }: ConnectionState): string {
  const signedOut = useContext(SignInContext).kind === "out";
  return signedOut && kind !== "live" ? "Signed out" : LABELS[kind];
}

/** Whether the list is live, at a glance. */
export function ConnectionBadge({ connection }: { readonly connection: ConnectionState }) {
  const label = useConnectionLabel(connection);
  return (
    <span className="connection" data-state={connection.kind}>
      <span className="connection-dot" aria-hidden="true" />
      <span className="visually-hidden">Connection: </span>
      {label}
    </span>
  );
}
