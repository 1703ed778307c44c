import { useState } from "react";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import { useRefusal } from "../../hooks/useSession";
import type { Selection } from "../../hooks/useSelection";
import {
  decideAll,
  STATUS_DECISIONS,
  type BulkReport,
  type StatusDecision,
} from "../../lib/decisions";
import { count, formatCount } from "../../lib/text";
import type { ThreatAnalysis } from "../../types";

interface BulkBarProps {
  readonly selection: Selection;
  /** All that could be chosen. */
  readonly visible: readonly ThreatAnalysis[];
  readonly onDecide: LiveThreats["decide"];
}

/** Decisions on all chosen threats, and what became of the last one; nothing while none is chosen. */
export function BulkBar({ selection, visible, onDecide }: BulkBarProps) {
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<BulkReport & Pick<StatusDecision, "label">>();
  const { threats, choose, leaveOut } = selection;
  const refusal = useRefusal("analyst");
  if (threats.length === 0 && !report) {
    return null;
  }

  async function decide({ status, label }: StatusDecision): Promise<void> {
    if (busy || threats.length === 0 || refusal !== undefined) {
      return;
    }
    setBusy(true);
    const result = await decideAll(threats, status, onDecide);
    setReport({ ...result, label });
    // What could not be changed stays chosen, for another try.
    const problems = new Set(result.problems.map(({ id }) => id));
    leaveOut(new Set(threats.map(({ id }) => id).filter((id) => !problems.has(id))));
    setBusy(false);
  }

  return (
    <section className="bulk" aria-label="Chosen threats">
      <div className="toolbar-row">
        <strong className="tabular">{formatCount(threats.length)} chosen</strong>
        {STATUS_DECISIONS.map((decision) => (
          <button
            key={decision.status}
            type="button"
            className="button quiet"
            aria-disabled={busy || threats.length === 0 || refusal !== undefined}
            data-refused={refusal !== undefined}
            title={refusal}
            onClick={() => void decide(decision)}
          >
            {decision.label}
          </button>
        ))}
        <button
          type="button"
          className="text-button"
          onClick={() => choose(visible.map(({ id }) => id))}
        >
          Choose all {formatCount(visible.length)}
        </button>
        <button
          type="button"
          className="text-button"
          onClick={() => {
            choose([]);
            setReport(undefined);
          }}
        >
          Clear
        </button>
      </div>
      {refusal !== undefined && <p className="muted">{refusal}.</p>}
      <p role="status">{report && `${report.label}: ${count(report.done, "threat")} changed`}</p>
      {report && report.problems.length > 0 && (
        <div className="callout" data-tone="danger" role="alert">
          <div>
            <strong>{count(report.problems.length, "threat")} not changed.</strong>
            <ul>
              {report.problems.map(({ id, text }) => (
                <li key={id}>{text}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </section>
  );
}
