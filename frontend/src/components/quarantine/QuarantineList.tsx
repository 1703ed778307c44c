import { useRef, useState } from "react";
import { useQuarantine } from "../../hooks/useQuarantine";
import { useRefusal } from "../../hooks/useSession";
import { removeQuarantined } from "../../lib/api";
import { formatCount, messageOf } from "../../lib/text";
import type { DashboardMetrics, Quarantined, QuarantineEntry } from "../../types";
import { Icon } from "../Icon";
import { RelativeTime } from "../RelativeTime";

interface QuarantineListProps {
  readonly figures: DashboardMetrics["quarantine"];
}

/** What could not be read, newest first, each with the reason that its sender was given. */
export function QuarantineList({ figures }: QuarantineListProps) {
  const { found, error, reload, showOlder } = useQuarantine(figures);
  const [removeError, setRemoveError] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  const refusal = useRefusal("analyst");

  async function remove(id: string): Promise<void> {
    try {
      await removeQuarantined(id);
      setRemoveError(undefined);
      // The button is about to go, and would take the keyboard's focus with it.
      list.current?.focus();
      reload();
    } catch (failure) {
      setRemoveError(messageOf(failure));
    }
  }

  return (
    // Its own stop for the keyboard: a long list scrolls.
    <div
      className="quarantine"
      ref={list}
      tabIndex={0}
      role="region"
      aria-label="What could not be read"
    >
      {error !== undefined && <p role="alert">It could not be asked for: {error}</p>}
      {removeError !== undefined && <p role="alert">Nothing was removed: {removeError}</p>}
      {found === undefined && error === undefined && <p className="muted">Asking …</p>}
      {found?.kept === 0 && <p className="muted">Nothing is kept at present.</p>}
      <ul>
        {found?.entries.map((entry) => (
          <Entry key={entry.id} entry={entry} refusal={refusal} onRemove={remove} />
        ))}
      </ul>
      {found !== undefined && found.kept > found.entries.length && (
        <button type="button" className="button" onClick={showOlder}>
          Show older
        </button>
      )}
      {found !== undefined && <Fallen fallen={found.fallen_out} />}
    </div>
  );
}

interface EntryProps {
  readonly entry: QuarantineEntry;
  /** Why it may not be removed. */
  readonly refusal: string | undefined;
  readonly onRemove: (id: string) => Promise<void>;
}

function Entry({ entry, refusal, onRemove }: EntryProps) {
  const { id, source, received_at: at, line, message, field, raw } = entry;
  return (
    <li>
      <div>
        <p className="muted">
          <span className="mono">{source}</span>
          {line !== null && `, line ${line}`}, <RelativeTime iso={at} />
        </p>
        <p>
          {field !== null && <code>{field}</code>} {message}
        </p>
        <details className="raw">
          <summary>What came</summary>
          {/* Focusable, so that the keyboard can scroll it. */}
          <pre tabIndex={0} role="region" aria-label={`What came: ${message}`}>
            {raw}
          </pre>
        </details>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={`Remove: ${message}`}
        aria-disabled={refusal !== undefined}
        title={refusal ?? "Remove"}
        onClick={() => refusal === undefined && void onRemove(id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** The backend's reasons, for people. */
const REASONS: Readonly<Record<string, string>> = {
  count: "there were too many",
  memory: "they took too much memory",
  age: "they were too old",
  rate: "too many came at once",
  size: "they were too large",
  store: "the store was away",
};

function Fallen({ fallen }: { readonly fallen: Quarantined["fallen_out"] }) {
  const parts = Object.entries(fallen)
    .filter(([, times]) => times > 0)
    .map(([reason, times]) => `${formatCount(times)} as ${REASONS[reason] ?? reason}`);
  return parts.length > 0 ? <p className="muted">Not kept: {parts.join(", ")}.</p> : null;
}
