import type { ReactNode } from "react";
import { LIST_ID } from "../../hooks/useDetailFocus";
import { SEARCH_ID } from "../../hooks/useListKeys";
import type { Hold } from "../../hooks/useHold";
import type { ViewControl } from "../../hooks/useView";
import { count, formatCount, humanize, toggled } from "../../lib/text";
import { isNarrowed, NO_FILTERS } from "../../state/filters";
import { SEVERITIES, THREAT_TYPES, type DashboardMetrics } from "../../types";
import { Icon } from "../Icon";
import { QuarantineButton } from "../quarantine/QuarantineButton";
import { ViewsButton } from "./ViewsButton";

interface ToolbarProps {
  readonly view: ViewControl;
  readonly hold: Hold;
  /** How many threats wait for review, also of those that are not listed. */
  readonly toReview: number;
  /** The time axis, where there is room for it. */
  readonly axis: ReactNode;
  /** What could not be read. */
  readonly quarantine: DashboardMetrics["quarantine"];
}

/** Which threats the list shows, and whether new ones move it. */
export function Toolbar({ view, hold, toReview, axis, quarantine }: ToolbarProps) {
  const { filters, setFilters } = view;
  return (
    <div className="toolbar">
      <div className="toolbar-row">
        <div className="tabs" role="group" aria-label="List">
          <Tab
            name={
              <span>
                Live<span className="wide-only"> threats</span>
              </span>
            }
            active={!filters.review}
            onChoose={() => setFilters({ review: false })}
          />
          <Tab
            name={
              <span>
                Review<span className="wide-only"> queue</span>
              </span>
            }
            count={toReview}
            active={filters.review}
            onChoose={() => setFilters({ review: true })}
          />
        </div>
        {axis}
        <Arrivals hold={hold} />
        <QuarantineButton figures={quarantine} />
        <ViewsButton view={view} />
        <button
          type="button"
          className="button quiet"
          aria-pressed={hold.paused}
          onClick={hold.togglePause}
          title={hold.paused ? "Let new threats in" : "Keep new threats from moving the list"}
        >
          <Icon name={hold.paused ? "play" : "pause"} />
          <span>{hold.paused ? "Paused" : "Pause"}</span>
        </button>
      </div>
      <div className="toolbar-row filters" role="search" aria-label="Filters">
        <label className="search">
          <span className="visually-hidden">Customer or text</span>
          <Icon name="search" />
          <input
            id={SEARCH_ID}
            type="search"
            aria-keyshortcuts="/"
            placeholder="Customer or text"
            value={filters.text}
            onChange={(event) => setFilters({ text: event.target.value })}
          />
        </label>
        <label className="select">
          <span className="visually-hidden">Type</span>
          <select
            value={filters.type}
            data-set={filters.type !== ""}
            onChange={(event) => setFilters({ type: event.target.value })}
          >
            <option value="">All types</option>
            {THREAT_TYPES.map((type) => (
              <option key={type} value={type}>
                {humanize(type)}
              </option>
            ))}
          </select>
        </label>
        <div className="severity-filter" role="group" aria-label="Severity">
          {SEVERITIES.map((severity) => (
            <button
              key={severity}
              type="button"
              className="toggle"
              data-severity={severity}
              aria-pressed={filters.severities.includes(severity)}
              onClick={() => setFilters({ severities: toggled(filters.severities, severity) })}
            >
              <span className="swatch" aria-hidden="true" />
              {humanize(severity.toLowerCase())}
            </button>
          ))}
        </div>
        {isNarrowed(filters) && (
          <button
            type="button"
            className="text-button"
            onClick={() =>
              setFilters({ ...NO_FILTERS, review: filters.review, range: filters.range })
            }
          >
            Clear filters
          </button>
        )}
      </div>
    </div>
  );
}

/** What waits while the list is held. It has its place also while it is absent: rows must not move. */
function Arrivals({ hold: { waiting, letIn } }: Pick<ToolbarProps, "hold">) {
  function show(): void {
    letIn();
    // The button is about to go, and would take the keyboard's focus with it.
    document.getElementById(LIST_ID)?.focus({ preventScroll: true });
  }
  return (
    <span className="arrivals">
      {waiting > 0 && (
        <button
          type="button"
          className="button quiet"
          aria-label={`Show ${count(waiting, "new threat")}`}
          onClick={show}
        >
          {formatCount(waiting)} <span>new</span>
        </button>
      )}
    </span>
  );
}

interface TabProps {
  readonly name: ReactNode;
  readonly count?: number;
  readonly active: boolean;
  readonly onChoose: () => void;
}

function Tab({ name, count = 0, active, onChoose }: TabProps) {
  return (
    <button type="button" className="tab" aria-pressed={active} onClick={onChoose}>
      {name}
      {count > 0 && <span className="count">{count}</span>}
    </button>
  );
}
