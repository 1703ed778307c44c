import type { LiveThreats } from "../hooks/useLiveThreats";
import { count } from "../lib/text";
import { MAX_THREATS } from "../state/threats";
import { Icon } from "./Icon";
import { ThreatItem } from "./ThreatItem";

/** The live list, or why there is none. */
export function ThreatList({ live }: { readonly live: LiveThreats }) {
  return (
    <section className="panel threats" id="threats" tabIndex={-1} aria-labelledby="threats-title">
      <div className="panel-head">
        <h2 id="threats-title">Live threats</h2>
        {live.threats.length > 0 && (
          <span className="muted tabular">
            {live.threats.length < MAX_THREATS
              ? `${count(live.threats.length, "threat")}, newest first`
              : `The newest ${MAX_THREATS} threats`}
          </span>
        )}
      </div>
      <ListBody live={live} />
    </section>
  );
}

function ListBody({ live }: { readonly live: LiveThreats }) {
  if (live.threats.length > 0) {
    return (
      <ol className="threat-list">
        {live.threats.map((threat) => (
          <ThreatItem key={threat.id} threat={threat} isLatest={threat.id === live.latestId} />
        ))}
      </ol>
    );
  }
  if (live.loaded) {
    return <Empty />;
  }
  return live.loadError === undefined ? (
    <Loading />
  ) : (
    <LoadError message={live.loadError} onRetry={live.retryNow} />
  );
}

function Empty() {
  return (
    <div className="placeholder">
      <span className="placeholder-icon" data-tone="good">
        <Icon name="check" />
      </span>
      <p className="placeholder-title">All quiet</p>
      <p className="muted">No threat has been seen yet. New ones appear here by themselves.</p>
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true">
      <p className="visually-hidden">Loading threats</p>
      {[0, 1, 2, 3].map((row) => (
        <div key={row} className="skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

function LoadError({
  message,
  onRetry,
}: {
  readonly message: string;
  readonly onRetry: () => void;
}) {
  return (
    <div className="placeholder" role="alert">
      <span className="placeholder-icon" data-tone="bad">
        <Icon name="offline" />
      </span>
      <p className="placeholder-title">The threats could not be loaded</p>
      <p>{message}</p>
      <p className="muted">The page keeps trying.</p>
      <button type="button" className="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  );
}
