import type { KeyboardEvent, ReactNode } from "react";
import { LIST_ID } from "../../hooks/useDetailFocus";
import type { Hold } from "../../hooks/useHold";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import { focusRow, useListKeys } from "../../hooks/useListKeys";
import { useSelection, type Selection } from "../../hooks/useSelection";
import type { ViewControl } from "../../hooks/useView";
import { isNarrowed, NO_FILTERS } from "../../state/filters";
import type { DashboardMetrics } from "../../types";
import { BulkBar } from "./BulkBar";
import { ListEnd } from "./ListEnd";
import { Empty, Loading, LoadError, NoMatch } from "./Placeholders";
import { ThreatRow } from "./ThreatRow";
import { Toolbar } from "./Toolbar";

interface ThreatListProps {
  readonly live: LiveThreats;
  readonly view: ViewControl;
  readonly hold: Hold;
  /** The time axis, where there is room for it. */
  readonly axis: ReactNode;
  /** The figures, as far as they are known. */
  readonly metrics: DashboardMetrics | undefined;
}

/** The live list with its filters, or why there is none. */
export function ThreatList({ live, view, hold, axis, metrics }: ThreatListProps) {
  const selection = useSelection(hold.visible);
  useListKeys(hold.visible, view, selection);
  return (
    <section
      className="panel threats"
      id={LIST_ID}
      tabIndex={-1}
      aria-labelledby="list-title"
      {...hold.handlers}
    >
      <h2 id="list-title" className="visually-hidden">
        {view.filters.review ? "Review queue" : "Live threats"}
      </h2>
      <Toolbar
        view={view}
        hold={hold}
        toReview={metrics?.threats_requiring_review ?? 0}
        axis={axis}
        quarantine={metrics?.quarantine ?? null}
      />
      <Body live={live} view={view} hold={hold} selection={selection} metrics={metrics} />
      <BulkBar selection={selection} visible={hold.visible} onDecide={live.decide} />
    </section>
  );
}

interface BodyProps extends Omit<ThreatListProps, "axis"> {
  readonly selection: Selection;
}

function Body({ live, view, hold, selection, metrics }: BodyProps) {
  const { visible } = hold;
  const { all, listed, shelf } = live;
  const { from, to } = view.filters;
  if (!all.loaded && all.threats.length === 0) {
    return all.loadError === undefined ? (
      <Loading />
    ) : (
      <LoadError message={all.loadError} onRetry={live.retryNow} />
    );
  }
  if (all.threats.length === 0 && listed.threats.length === 0) {
    return <Empty connected={(metrics?.total_threats ?? 0) > 0} />;
  }
  if (visible.length === 0 && listed.reading && (shelf.from !== from || shelf.to !== to)) {
    return <Loading />;
  }
  if (visible.length === 0) {
    return (
      <>
        <NoMatch
          queue={view.filters.review && !isNarrowed(view.filters)}
          complete={listed.complete}
          onClear={() => view.setFilters(NO_FILTERS)}
        />
        <ListEnd shelf={listed} scope={live.shelf} hold={hold} />
      </>
    );
  }
  return (
    <>
      <ol className="threat-list" onKeyDown={moveByArrows}>
        {visible.map((threat) => (
          <ThreatRow
            key={threat.id}
            threat={threat}
            hrefOf={view.hrefOf}
            onOpen={view.open}
            selected={selection.has(threat.id)}
            onSelect={selection.toggle}
            open={threat.id === view.threatId}
            latest={threat.id === all.arrivals.latest?.id}
          />
        ))}
      </ol>
      <ListEnd shelf={listed} scope={live.shelf} hold={hold} />
    </>
  );
}

/** Up and Down go through the rows, as in any list; Tab still works, too. */
function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    focusRow(step);
  }
}
