import type { ReactNode } from "react";
import type { ViewControl } from "../../hooks/useView";
import { formatCount } from "../../lib/text";
import { formatDuration } from "../../lib/time";
import { sum } from "../../state/analytics";
import type { DashboardMetrics } from "../../types";

/** Where figures come from: the backend now, the backend earlier, or counted over the page's own list. */
export type FigureSource = "backend" | "stale" | "page";

interface MetricCardsProps {
  readonly metrics: DashboardMetrics | undefined;
  readonly source: FigureSource;
  readonly view: ViewControl;
}

/** The key figures. */
export function MetricCards({ metrics, source, view }: MetricCardsProps) {
  const stored = metrics ? sum(metrics.threats_by_severity) : 0;
  const waiting = metrics?.threats_requiring_review ?? 0;
  return (
    <dl className="panel metrics" aria-label="Key figures" data-stale={source === "stale"}>
      <Card
        label="Threats"
        value={metrics && formatCount(metrics.total_threats)}
        hint={
          source === "page" ? "in the list below" : `${formatCount(stored)} stored${lost(metrics)}`
        }
        stale={source === "stale"}
      />
      <Card
        label="Needs review"
        value={metrics && formatCount(waiting)}
        hint={
          waiting > 0 && !view.filters.review ? (
            <button
              type="button"
              className="text-button"
              onClick={() => view.setFilters({ review: true })}
            >
              Open the queue
            </button>
          ) : waiting > 0 ? (
            "in the queue below"
          ) : (
            "nothing waiting"
          )
        }
        alert={waiting > 0}
        stale={source === "stale"}
      />
      <Card
        label="Customers"
        value={metrics && formatCount(metrics.customers_affected)}
        hint="affected"
        stale={source === "stale"}
      />
      <Card
        label="Analysis time"
        value={
          metrics && stored > 0 ? formatDuration(metrics.average_processing_time_ms) : undefined
        }
        hint="on average"
        stale={source === "stale"}
      />
    </dl>
  );
}

/** What nobody will review any more must not go unseen. */
function lost(metrics: DashboardMetrics | undefined): string {
  const count = metrics?.dropped.awaiting_review ?? 0;
  return count > 0 ? `, ${formatCount(count)} dropped unreviewed` : "";
}

interface CardProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly hint: ReactNode;
  readonly alert?: boolean;
  readonly stale: boolean;
}

function Card({ label, value, hint, alert = false, stale }: CardProps) {
  const below = stale ? "not up to date" : hint;
  return (
    <div className="metric" data-alert={alert}>
      <dt>{label}</dt>
      <dd className="metric-value">{value ?? "–"}</dd>
      <dd className="metric-hint">{value === undefined ? "no data yet" : below}</dd>
    </div>
  );
}
