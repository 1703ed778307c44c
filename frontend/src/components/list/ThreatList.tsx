import type { KeyboardEvent } from "react";
import { LIST_ID } from "../../hooks/useDetailFocus";
import type { Hold } from "../../hooks/useHold";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import type { ViewControl } from "../../hooks/useView";
import { count } from "../../lib/text";
import { isNarrowed, NO_FILTERS } from "../../state/filters";
import { MAX_THREATS } from "../../state/threats";
import { Empty, Loading, LoadError, NoMatch } from "./Placeholders";
import { ThreatRow } from "./ThreatRow";
import { Toolbar } from "./Toolbar";

interface ThreatListProps {
  readonly live: LiveThreats;
  readonly view: ViewControl;
  readonly hold: Hold;
}

/** The live list with its filters, or why there is none. */
export function ThreatList({ live, view, hold }: ThreatListProps) {
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
      <Toolbar live={live} view={view} hold={hold} />
      <Body live={live} view={view} hold={hold} />
    </section>
  );
}

function Body({ live, view, hold }: ThreatListProps) {
  const { visible } = hold;
  if (!live.loaded && live.threats.length === 0) {
    return live.loadError === undefined ? (
      <Loading />
    ) : (
      <LoadError message={live.loadError} onRetry={live.retryNow} />
    );
  }
  if (live.threats.length === 0) {
    return <Empty />;
  }
  if (visible.length === 0) {
    return (
      <NoMatch
        queue={view.filters.review && !isNarrowed(view.filters)}
        onClear={() => view.setFilters(NO_FILTERS)}
      />
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
            open={threat.id === view.threatId}
            latest={threat.id === live.arrivals.latest?.id}
            due={view.filters.review}
          />
        ))}
      </ol>
      <p className="list-end">{endText(visible.length, live.threats.length)}</p>
    </>
  );
}

function endText(shown: number, all: number): string {
  const of = all >= MAX_THREATS ? `the newest ${MAX_THREATS} threats` : count(all, "threat");
  return shown === all ? `${of.charAt(0).toUpperCase()}${of.slice(1)}` : `${shown} of ${of}`;
}

/** Up and Down go through the rows, as in any list; Tab still works, too. */
function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>(".threat-link")];
  const current = links.findIndex((link) => link === document.activeElement);
  if (step !== undefined && current >= 0) {
    event.preventDefault();
    links[current + step]?.focus();
  }
}
