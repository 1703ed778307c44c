import { useState } from "react";
import type { Hold } from "../../hooks/useHold";
import type { Shelf } from "../../hooks/useShelf";
import type { Scope } from "../../state/filters";
import { count, formatCount, messageOf } from "../../lib/text";

interface ListEndProps {
  readonly shelf: Shelf;
  /** What that is of. */
  readonly scope: Scope;
  readonly hold: Hold;
}

/** How much of all is listed, and the way to the rest. */
export function ListEnd({ shelf, scope, hold }: ListEndProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function showOlder(): Promise<void> {
    if (busy) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      hold.admit(await shelf.showOlder());
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <div className="list-end">
      <p>{endText(hold.visible.length, shelf, scope)}</p>
      {problem !== undefined && (
        <p role="alert">
          <strong>No older ones could be read.</strong> {problem}
        </p>
      )}
      {!shelf.complete && (
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

function endText(shown: number, { threats, complete }: Shelf, scope: Scope): string {
  // What was decided meanwhile is still held, and waits no more.
  const all = scope.review
    ? threats.filter((threat) => threat.requires_human_review).length
    : threats.length;
  const noun = scope.review ? "waiting threat" : "threat";
  const then = scope.from === "" && scope.to === "" ? "" : " of that time";
  const of = `${complete ? count(all, noun) : `the newest ${formatCount(all)} ${noun}s`}${then}`;
  return shown === all
    ? `${of.charAt(0).toUpperCase()}${of.slice(1)}`
    : `${formatCount(shown)} of ${of}`;
}
