import { useContext } from "react";
import { useNow } from "../hooks/useNow";
import { SignInContext } from "../hooks/useSession";
import { signInHref } from "../lib/links";
import type { ConnectionState } from "../live/liveSocket";
import { Icon } from "./Icon";

/** The first attempt comes within half a second: below this many, the badge alone tells. */
const ATTEMPTS_BEFORE_BANNER = 2;

interface ConnectionBannerProps {
  readonly connection: ConnectionState;
  /** Whether there is a list that may be out of date. */
  readonly loaded: boolean;
  /** Why it could not be read over HTTP, when that was tried last. */
  readonly loadError: string | undefined;
  readonly onRetry: () => void;
}

/**
 * Says that the connection is lost, a part of the list could not be read or nobody is signed in, what that means,
 * and what comes next.
 */
export function ConnectionBanner({
  connection,
  loaded,
  loadError,
  onRetry,
}: ConnectionBannerProps) {
  const signedOut = useContext(SignInContext).kind === "out";
  if (signedOut && connection.kind !== "live") {
    return <SignedOut />;
  }
  // Without a list, the list's own place says what is wrong.
  if (!loaded) {
    return null;
  }
  if (connection.kind === "live" && loadError !== undefined) {
    return <Unread message={loadError} onRetry={onRetry} />;
  }
  if (
    (connection.kind !== "waiting" && connection.kind !== "reconnecting") ||
    connection.attempt < ATTEMPTS_BEFORE_BANNER
  ) {
    return null;
  }
  return (
    <div className="notice" data-tone="warning">
      <Icon name="offline" />
      <p>
        <strong>No live connection.</strong> New threats may be missing below. {loadError}{" "}
        <NextAttempt connection={connection} />
      </p>
      <button type="button" className="button" onClick={onRetry}>
        Reconnect now
      </button>
    </div>
  );
}

interface UnreadProps {
  readonly message: string;
  readonly onRetry: () => void;
}

/** What is new comes, but what was there before is not all there. */
function Unread({ message, onRetry }: UnreadProps) {
  return (
    <div className="notice" data-tone="warning" role="alert">
      <Icon name="alert" />
      <p>
        <strong>Not all threats could be loaded.</strong> {message}
      </p>
      <button type="button" className="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  );
}

/** The list stays, as it was last; the way in leads back to the same view. */
function SignedOut() {
  return (
    <div className="notice" data-tone="warning" role="alert">
      <Icon name="alert" />
      <p>
        <strong>Signed out.</strong> The list is not live: new threats may be missing below.
      </p>
      <a className="button" href={signInHref(location)}>
        Sign in
      </a>
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
