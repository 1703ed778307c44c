import { useState } from "react";
import type { Hold } from "../../hooks/useHold";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import { count, formatCount, messageOf } from "../../lib/text";

interface ListEndProps {
  readonly live: LiveThreats;
  readonly hold: Hold;
}

/** How much of all is listed, and the way to the rest. */
export function ListEnd({ live, hold }: ListEndProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function showOlder(): Promise<void> {
    if (busy) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      hold.admit(await live.showOlder());
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <div className="list-end">
      <p>{endText(hold.visible.length, live)}</p>
      {problem !== undefined && (
        <p role="alert">
          <strong>No older ones could be read.</strong> {problem}
        </p>
      )}
      {!live.complete && (
        <button
          type="button"
          className="button quiet"
          aria-disabled={busy}
          onClick={() => void showOlder()}
        >
          Show older
        </button>
      )}
    </div>
  );
}

function endText(shown: number, { threats, complete }: LiveThreats): string {
  const all = threats.length;
  const of = complete ? count(all, "threat") : `the newest ${formatCount(all)} threats`;
  return shown === all
    ? `${of.charAt(0).toUpperCase()}${of.slice(1)}`
    : `${formatCount(shown)} of ${of}`;
}
