import type { ConnectionState } from "../live/liveSocket";

/** What each state is called on the page. */
export const CONNECTION_LABELS: Readonly<Record<ConnectionState["kind"], string>> = {
  connecting: "Connecting",
  live: "Live",
  waiting: "Reconnecting",
  reconnecting: "Reconnecting",
};

/** Whether the list is live, at a glance. */
export function ConnectionBadge({ connection }: { readonly connection: ConnectionState }) {
  return (
    <span className="connection" data-state={connection.kind}>
      <span className="connection-dot" aria-hidden="true" />
      <span className="visually-hidden">Connection: </span>
      {CONNECTION_LABELS[connection.kind]}
    </span>
  );
}
