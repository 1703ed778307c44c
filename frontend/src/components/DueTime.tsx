import { useNow } from "../hooks/useNow";
import { isClosed } from "../state/filters";
import { formatDueIn, parseUtc } from "../lib/time";
import type { ThreatAnalysis } from "../types";

const MINUTE_MS = 60_000;

/** How long the response plan leaves for an answer; nothing without a plan, or once it is closed. */
export function DueTime({ threat }: { readonly threat: ThreatAnalysis }) {
  const now = useNow();
  if (!threat.response_plan || isClosed(threat)) {
    return null;
  }
  const due = parseUtc(threat.created_at) + threat.response_plan.sla_minutes * MINUTE_MS;
  return (
    <span className="due tabular" data-overdue={due < now}>
      {formatDueIn(due, now)}
    </span>
  );
}
