import type { KeyboardEvent, ReactNode } from "react";
import { LIST_ID } from "../../hooks/useDetailFocus";
import type { Hold } from "../../hooks/useHold";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import { focusRow, useListKeys } from "../../hooks/useListKeys";
import { useSelection, type Selection } from "../../hooks/useSelection";
import type { ViewControl } from "../../hooks/useView";
import { isNarrowed, NO_FILTERS } from "../../state/filters";
import { BulkBar } from "./BulkBar";
import { ListEnd } from "./ListEnd";
import { Empty, Loading, LoadError, NoMatch } from "./Placeholders";
import { ThreatRow } from "./ThreatRow";
import { Toolbar } from "./Toolbar";

interface ThreatListProps {
  readonly live: LiveThreats;
  readonly view: ViewControl;
  readonly hold: Hold;
  /** How many threats wait for review, also of those that are not listed. */
  readonly toReview: number;
  /** The time axis, where there is room for it. */
  readonly axis: ReactNode;
  /** How many threats were ever counted; 0 while that is not known. */
  readonly seen: number;
}

/** The live list with its filters, or why there is none. */
export function ThreatList({ live, view, hold, toReview, axis, seen }: ThreatListProps) {
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
      <Toolbar view={view} hold={hold} toReview={toReview} axis={axis} />
      <Body live={live} view={view} hold={hold} selection={selection} seen={seen} />
      <BulkBar selection={selection} visible={hold.visible} onDecide={live.decide} />
    </section>
  );
}

interface BodyProps extends Omit<ThreatListProps, "toReview" | "axis"> {
  readonly selection: Selection;
}

function Body({ live, view, hold, selection, seen }: BodyProps) {
  const { visible } = hold;
  const { all, listed } = live;
  if (!all.loaded && all.threats.length === 0) {
    return all.loadError === undefined ? (
      <Loading />
    ) : (
      <LoadError message={all.loadError} onRetry={live.retryNow} />
    );
  }
  if (all.threats.length === 0 && listed.threats.length === 0) {
    return <Empty connected={seen > 0} />;
  }
  if (visible.length === 0) {
    return (
      <>
        <NoMatch
          queue={view.filters.review && !isNarrowed(view.filters)}
          complete={listed.complete}
          onClear={() => view.setFilters(NO_FILTERS)}
        />
        <ListEnd shelf={listed} queue={live.shelf === "queue"} hold={hold} />
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
            href={view.hrefOf(threat.id)}
            onOpen={view.open}
            selected={selection.has(threat.id)}
            onSelect={selection.toggle}
            open={threat.id === view.threatId}
            latest={threat.id === all.arrivals.latest?.id}
          />
        ))}
      </ol>
      <ListEnd shelf={listed} queue={live.shelf === "queue"} hold={hold} />
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
