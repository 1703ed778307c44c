import type { ViewControl } from "../../hooks/useView";
import { formatCount, humanize, percent, toggled } from "../../lib/text";
import { severityShares, type Share } from "../../state/analytics";
import type { DashboardMetrics, Severity } from "../../types";

interface SeverityChartProps {
  readonly counts: DashboardMetrics["threats_by_severity"] | undefined;
  readonly view: ViewControl;
}

/** How the stored threats divide by severity: a ring, and a legend that narrows the list. */
export function SeverityChart({ counts, view }: SeverityChartProps) {
  const shares = severityShares(counts ?? {});
  const { severities } = view.filters;
  return (
    <section className="panel chart severity-chart">
      <h2 className="visually-hidden">By severity</h2>
      <Ring shares={shares} />
      <ul className="legend">
        {shares.map((share) => (
          <li key={share.key}>
            <button
              type="button"
              data-severity={share.key}
              data-none={share.count === 0}
              aria-pressed={severities.includes(share.key)}
              onClick={() => view.setFilters({ severities: toggled(severities, share.key) })}
            >
              <span className="swatch" aria-hidden="true" />
              {humanize(share.key.toLowerCase())}
              <span className="legend-count">{counts ? formatCount(share.count) : "–"}</span>
              <span className="legend-share">{counts && percent(share.fraction)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The legend says it all in words, so the ring is for the eye alone. */
function Ring({ shares }: { readonly shares: readonly Share<Severity>[] }) {
  const total = shares.reduce((all, share) => all + share.count, 0);
  const parts = shares.filter((share) => share.count > 0);
  const gap = parts.length > 1 ? 1 : 0;
  let start = 0;
  return (
    <div className="ring" aria-hidden="true">
      <svg viewBox="0 0 42 42">
        <circle className="ring-track" cx="21" cy="21" r="17" />
        {parts.map((share) => {
          const offset = -start;
          start += share.fraction * 100;
          return (
            <circle
              key={share.key}
              className="ring-part"
              data-severity={share.key}
              cx="21"
              cy="21"
              r="17"
              pathLength={100}
              strokeDasharray={`${Math.max(share.fraction * 100 - gap, 0.5)} 100`}
              strokeDashoffset={offset}
            />
          );
        })}
      </svg>
      <span className="ring-label">
        <strong>{formatCount(total)}</strong>
        stored
      </span>
    </div>
  );
}
