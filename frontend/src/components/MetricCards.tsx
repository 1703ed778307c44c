import { formatDuration } from "../lib/time";
import type { Metrics } from "../state/metrics";

interface MetricCardsProps {
  readonly metrics: Metrics;
  /** Before the first snapshot there is nothing to count: a zero would be a lie. */
  readonly loaded: boolean;
}

/** The figures at the top, over the threats that the page holds. */
export function MetricCards({ metrics, loaded }: MetricCardsProps) {
  const { threats, critical, needsReview, customers, averageMs } = metrics;
  return (
    <dl className="metrics" aria-label="Key figures">
      <Card
        label="Threats"
        value={loaded && threats}
        hint={critical > 0 ? `${critical} critical` : "none critical"}
      />
      <Card
        label="Needs review"
        value={loaded && needsReview}
        hint={needsReview > 0 ? "awaiting an analyst" : "nothing waiting"}
        alert={needsReview > 0}
      />
      <Card label="Customers" value={loaded && customers} hint="affected" />
      <Card
        label="Analysis time"
        value={averageMs !== undefined && formatDuration(averageMs)}
        hint="on average"
      />
    </dl>
  );
}

interface CardProps {
  readonly label: string;
  /** False when there is no value. */
  readonly value: string | number | false;
  readonly hint: string;
  readonly alert?: boolean;
}

function Card({ label, value, hint, alert = false }: CardProps) {
  return (
    <div className="metric" data-alert={alert}>
      <dt>{label}</dt>
      <dd className="metric-value">{value === false ? "–" : value}</dd>
      <dd className="metric-hint">{value === false ? "no data yet" : hint}</dd>
    </div>
  );
}
