import { useContext } from "react";
import { SignInContext } from "../../hooks/useSession";
import { firstAlertCommand } from "../../lib/links";
import { CopyButton } from "../CopyButton";
import { Icon } from "../Icon";

interface EmptyProps {
  /** Whether alerts are known to have come before. */
  readonly connected: boolean;
}

/** There is nothing: all is quiet where alerts are known to come, else nothing may be connected. */
export function Empty({ connected }: EmptyProps) {
  return connected ? <Quiet /> : <FirstAlert />;
}

function FirstAlert() {
  const login = useContext(SignInContext).kind === "in";
  const command = firstAlertCommand(location.origin, login);
  return (
    <div className="placeholder">
      <span className="placeholder-icon" data-tone="neutral">
        <Icon name="bell" />
      </span>
      <p className="placeholder-title">No alerts here yet</p>
      <p className="muted">
        Whether a source is connected is not known. This sends a first alert
        {login && ", with a token of the role ingest in TOKEN"}:
      </p>
      <div className="command">
        <code>{command}</code>
        <CopyButton label="Copy the command" text={() => command} />
      </div>
    </div>
  );
}

function Quiet() {
  return (
    <div className="placeholder">
      <span className="placeholder-icon" data-tone="good">
        <Icon name="check" />
      </span>
      <p className="placeholder-title">All quiet</p>
      <p className="muted">
        Alerts have come before, and none is stored now. New ones appear here by themselves.
      </p>
    </div>
  );
}

interface NoMatchProps {
  /** Whether the review queue is empty as a whole. */
  readonly queue: boolean;
  /** Whether the list has all threats that are stored. */
  readonly complete: boolean;
  readonly onClear: () => void;
}

/** There are threats, but none that the filters let through. */
export function NoMatch({ queue, complete, onClear }: NoMatchProps) {
  const done = queue && complete;
  return (
    <div className="placeholder">
      <span className="placeholder-icon" data-tone={done ? "good" : "neutral"}>
        <Icon name={done ? "check" : "search"} />
      </span>
      <p className="placeholder-title">
        {done
          ? "Nothing waits for review"
          : queue
            ? "None of the newest waits for review"
            : complete
              ? "No threat matches"
              : "None of the newest matches"}
      </p>
      <p className="muted">
        {queue
          ? "Threats that need a person's decision appear here."
          : "New ones that match appear here by themselves."}
      </p>
      <button type="button" className="button" onClick={onClear}>
        Show all threats
      </button>
    </div>
  );
}

/** The list is on its way. */
export function Loading() {
  return (
    <div aria-busy="true">
      <p className="visually-hidden">Loading threats</p>
      {[0, 1, 2, 3, 4].map((row) => (
        <div key={row} className="skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

interface LoadErrorProps {
  readonly message: string;
  readonly onRetry: () => void;
}

/** The list could be had neither over the live connection nor over HTTP. */
export function LoadError({ message, onRetry }: LoadErrorProps) {
  return (
    <div className="placeholder" role="alert">
      <span className="placeholder-icon" data-tone="bad">
        <Icon name="offline" />
      </span>
      <p className="placeholder-title">The threats could not be loaded</p>
      <p>{message}</p>
      <p className="muted">The page keeps trying.</p>
      <button type="button" className="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  );
}
