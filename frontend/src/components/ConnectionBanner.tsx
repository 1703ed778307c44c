import { useNow } from "../hooks/useNow";
import type { ConnectionState } from "../live/liveSocket";
import { Icon } from "./Icon";

/** The first attempt comes within half a second: below this many, the badge alone tells. */
const ATTEMPTS_BEFORE_BANNER = 2;

interface ConnectionBannerProps {
  readonly connection: ConnectionState;
  /** Whether there is a list that may be out of date. */
  readonly loaded: boolean;
  readonly onRetry: () => void;
}

/** Says that the connection is lost, what that means, and when the next attempt comes. */
export function ConnectionBanner({ connection, loaded, onRetry }: ConnectionBannerProps) {
  // Without a list, the list's own place says what is wrong.
  if (
    !loaded ||
    (connection.kind !== "waiting" && connection.kind !== "reconnecting") ||
    connection.attempt < ATTEMPTS_BEFORE_BANNER
  ) {
    return null;
  }
  return (
    <div className="notice" data-tone="warning">
      <Icon name="offline" />
      <p>
        <strong>No live connection.</strong> New threats may be missing below.{" "}
        <NextAttempt connection={connection} />
      </p>
      <button type="button" className="button" onClick={onRetry}>
        Reconnect now
      </button>
    </div>
  );
}

function NextAttempt({ connection }: { readonly connection: ConnectionState }) {
  const now = useNow();
  if (connection.kind !== "waiting") {
    return <span>Trying again…</span>;
  }
  const seconds = Math.max(1, Math.ceil((connection.retryAt - now) / 1000));
  return <span className="tabular">Trying again in {seconds} s.</span>;
}
