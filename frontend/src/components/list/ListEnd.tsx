import { useState } from "react";
import type { Hold } from "../../hooks/useHold";
import type { Shelf } from "../../hooks/useShelf";
import { count, formatCount, messageOf } from "../../lib/text";

interface ListEndProps {
  readonly shelf: Shelf;
  /** Whether that is the review queue. */
  readonly queue: boolean;
  readonly hold: Hold;
}

/** How much of all is listed, and the way to the rest. */
export function ListEnd({ shelf, queue, hold }: ListEndProps) {
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
      <p>{endText(hold.visible.length, shelf, queue)}</p>
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

function endText(shown: number, { threats, complete }: Shelf, queue: boolean): string {
  // What was decided meanwhile is still held, and waits no more.
  const all = queue
    ? threats.filter((threat) => threat.requires_human_review).length
    : threats.length;
  const noun = queue ? "waiting threat" : "threat";
  const of = complete ? count(all, noun) : `the newest ${formatCount(all)} ${noun}s`;
  return shown === all
    ? `${of.charAt(0).toUpperCase()}${of.slice(1)}`
    : `${formatCount(shown)} of ${of}`;
}
