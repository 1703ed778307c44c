import type { ViewControl } from "../../hooks/useView";
import { formatCount, humanize, percent } from "../../lib/text";
import { typeShares } from "../../state/analytics";
import type { DashboardMetrics } from "../../types";

interface TypeChartProps {
  readonly counts: DashboardMetrics["threats_by_type"] | undefined;
  readonly view: ViewControl;
}

/** How the stored threats divide by type: bars that narrow the list. */
export function TypeChart({ counts = {}, view }: TypeChartProps) {
  const shares = typeShares(counts);
  const largest = shares[0]?.count ?? 1;
  return (
    <section className="panel chart type-chart">
      <h2 className="visually-hidden">By type</h2>
      {shares.length === 0 && <p className="muted">No data yet</p>}
      <ul className="bars">
        {shares.map(({ key, count }) => (
          <li key={key}>
            <button
              type="button"
              aria-pressed={view.filters.type === key}
              onClick={() => view.setFilters({ type: view.filters.type === key ? "" : key })}
            >
              <span className="bar-name" title={humanize(key)}>
                {humanize(key)}
              </span>
              <span className="legend-count">{formatCount(count)}</span>
              <span className="bar" aria-hidden="true">
                <span style={{ width: percent(count / largest) }} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
