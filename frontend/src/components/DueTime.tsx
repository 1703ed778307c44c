import { useAt } from "../hooks/useNow";
import { isClosed } from "../state/filters";
import { formatDueIn, parseUtc } from "../lib/time";
import type { ThreatAnalysis } from "../types";

const MINUTE_MS = 60_000;

/** How long the response plan leaves for an answer; nothing without a plan, or once it is closed. */
export function DueTime({ threat }: { readonly threat: ThreatAnalysis }) {
  return threat.response_plan && !isClosed(threat) ? (
    <Deadline due={parseUtc(threat.created_at) + threat.response_plan.sla_minutes * MINUTE_MS} />
  ) : null;
}

function Deadline({ due }: { readonly due: number }) {
  const text = useAt((now) => formatDueIn(due, now));
  const overdue = useAt((now) => due < now);
  return (
    <span className="due tabular" data-overdue={overdue}>
      {text}
    </span>
  );
}
