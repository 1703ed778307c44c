import { useRef, useState } from "react";
import { useKeys } from "../../hooks/useKeys";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import { useRefusal } from "../../hooks/useSession";
import { STATUS_DECISIONS } from "../../lib/decisions";
import { humanize, messageOf, statusWord } from "../../lib/text";
import { formatDateTime } from "../../lib/time";
import type { Decisions, ThreatAnalysis } from "../../types";
import { Section } from "./Section";

interface TriageProps {
  readonly threat: ThreatAnalysis;
  /** Decides of it. */
  readonly onDecide: LiveThreats["decide"];
}

/** What is written and not saved yet, and the version of the threat that its writer saw. */
interface Draft {
  readonly version: number;
  readonly assignee?: string;
  readonly note?: string;
}

/** Why the last decision was not taken. */
type Problem =
  { readonly kind: "conflict" } | { readonly kind: "failed"; readonly message: string };

type Asked = Omit<Decisions, "version">;

/** What people decide of a threat. What is written stays written until it is saved. */
export function Triage({ threat, onDecide }: TriageProps) {
  const [draft, setDraft] = useState<Draft>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const note = useRef<HTMLTextAreaElement>(null);
  const { version } = threat;
  const refusal = useRefusal("analyst");

  async function decide(asked: Asked, seen = version, saves = false): Promise<void> {
    if (busy || refusal !== undefined) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const { kind, threat: now } = await onDecide(threat.id, { ...asked, version: seen });
      if (kind === "conflict") {
        setProblem({ kind });
        // Who saves again has seen what it is now.
        setDraft((old) => old && { ...old, version: now.version });
      } else {
        // Of what the buttons change, the writer knows.
        setDraft((old) =>
          saves ? undefined : old?.version === seen ? { ...old, version: now.version } : old,
        );
      }
    } catch (error) {
      setProblem({
        kind: "failed",
        message: messageOf(error),
      });
    }
    setBusy(false);
  }

  const toggle = (status: NonNullable<Asked["status"]>) =>
    decide({ status: threat.status === status ? "completed" : status });
  useKeys({
    ...Object.fromEntries(
      STATUS_DECISIONS.map(({ status, key }) => [key, () => void toggle(status)]),
    ),
    n: () => note.current?.focus(),
  });
  const write = (change: Partial<Draft>) => setDraft({ version, ...draft, ...change });

  return (
    <Section title="Decision" aside={statusWord(threat.status)}>
      <div className="decisions">
        {STATUS_DECISIONS.map(({ label, status, key }) => (
          <Toggle
            key={status}
            label={label}
            shortcut={key}
            pressed={threat.status === status}
            busy={busy}
            refusal={refusal}
            onClick={() => void toggle(status)}
          />
        ))}
        <Toggle
          label="Confirmed"
          pressed={threat.confirmed}
          busy={busy}
          refusal={refusal}
          onClick={() => void decide({ confirmed: !threat.confirmed })}
        />
      </div>
      {refusal !== undefined && <p className="muted">{refusal}.</p>}
      {problem && (
        <p className="callout" data-tone="danger" role="alert">
          {problem.kind === "conflict" ? (
            <span>
              <strong>Somebody else was faster.</strong> It is now {outline(threat)}. Nothing of
              yours was saved; do it again if it still holds.
            </span>
          ) : (
            <span>
              <strong>Nothing was saved.</strong> {problem.message}
            </span>
          )}
        </p>
      )}
      <form
        className="triage-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (draft) {
            const { version: seen, ...written } = draft;
            void decide(written, seen, true);
          }
        }}
      >
        <label>
          Assigned to
          <input
            className="field"
            maxLength={100}
            readOnly={refusal !== undefined}
            value={draft?.assignee ?? threat.assignee ?? ""}
            onChange={(event) => write({ assignee: event.target.value })}
          />
        </label>
        <label>
          Note
          <textarea
            className="field"
            ref={note}
            rows={2}
            maxLength={2000}
            readOnly={refusal !== undefined}
            aria-keyshortcuts="n"
            value={draft?.note ?? threat.note ?? ""}
            onChange={(event) => write({ note: event.target.value })}
          />
        </label>
        <button
          type="submit"
          className="button primary"
          aria-disabled={busy || draft === undefined || refusal !== undefined}
          data-refused={refusal !== undefined}
          title={refusal}
        >
          Save
        </button>
      </form>
      <ul className="muted decided">
        {Object.entries(threat.decisions).map(([field, { by, at }]) => (
          <li key={field}>
            {humanize(field)}: by {by}, {formatDateTime(at)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What others have made of it, in words. */
function outline({ status, assignee, note }: ThreatAnalysis): string {
  return [
    statusWord(status).toLowerCase(),
    assignee === null ? "assigned to nobody" : `assigned to ${assignee}`,
    note === null ? "without a note" : `with the note “${note}”`,
  ].join(", ");
}

interface ToggleProps {
  readonly label: string;
  readonly shortcut?: string;
  readonly pressed: boolean;
  readonly busy: boolean;
  /** Why the reader may not. */
  readonly refusal: string | undefined;
  readonly onClick: () => void;
}

function Toggle({ label, shortcut, pressed, busy, refusal, onClick }: ToggleProps) {
  return (
    <button
      type="button"
      className="button quiet"
      aria-pressed={pressed}
      aria-disabled={busy || refusal !== undefined}
      data-refused={refusal !== undefined}
      aria-keyshortcuts={shortcut}
      title={refusal ?? (shortcut && `Key: ${shortcut}`)}
      onClick={onClick}
    >
      {label}
    </button>
  );
}
