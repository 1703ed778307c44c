import type { ReactNode } from "react";
import type { ViewControl } from "../../hooks/useView";
import type { DashboardMetrics } from "../../types";
import { MetricCards, type FigureSource } from "./MetricCards";
import { SeverityChart } from "./SeverityChart";
import { TypeChart } from "./TypeChart";

/** Below this width charts would push the list off the screen (`layout.css` has the same). */
export const NARROW = "(max-width: 640px)";

interface OverviewProps {
  /** Undefined while there are none: a zero would be a lie. */
  readonly metrics: DashboardMetrics | undefined;
  readonly source: FigureSource;
  readonly view: ViewControl;
  readonly narrow: boolean;
  /** The time axis, where it is not beside the list. */
  readonly axis: ReactNode;
}

/** The figures and charts at the top. A part of a chart narrows the list to it. */
export function Overview({ metrics, source, view, narrow, axis }: OverviewProps) {
  const charts = (
    <>
      <SeverityChart counts={metrics?.threats_by_severity} view={view} />
      <TypeChart counts={metrics?.threats_by_type} view={view} />
    </>
  );
  return (
    <section className="overview" aria-label="Overview">
      <MetricCards metrics={metrics} source={source} view={view} />
      {narrow ? (
        <details className="panel charts-fold">
          <summary>Charts by severity, type and time</summary>
          {charts}
          {axis}
        </details>
      ) : (
        charts
      )}
    </section>
  );
}
