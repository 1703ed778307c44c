import { humanize, percent } from "../lib/text";
import { severityShares, typeShares, type Share } from "../state/metrics";
import type { Severity, ThreatAnalysis } from "../types";

interface BreakdownsProps {
  readonly threats: readonly ThreatAnalysis[];
  /** Before the first snapshot no count is shown. */
  readonly loaded: boolean;
}

/** How the threats on the page divide by severity and by type. */
export function Breakdowns({ threats, loaded }: BreakdownsProps) {
  const types = typeShares(threats);
  return (
    <aside className="rail" aria-label="Breakdowns">
      <section className="panel">
        <h2>By severity</h2>
        {loaded ? <SeverityBreakdown shares={severityShares(threats)} /> : <NoData />}
      </section>
      <section className="panel">
        <h2>By type</h2>
        {types.length > 0 ? <TypeBreakdown shares={types} /> : <NoData />}
      </section>
    </aside>
  );
}

function NoData() {
  return <p className="muted">No data yet</p>;
}

function SeverityBreakdown({ shares }: { readonly shares: readonly Share<Severity>[] }) {
  return (
    <>
      <div className="stack" aria-hidden="true">
        {shares
          .filter((share) => share.count > 0)
          .map((share) => (
            <span key={share.key} data-severity={share.key} style={{ flexGrow: share.count }} />
          ))}
      </div>
      <ul className="legend">
        {shares.map((share) => (
          <li key={share.key} data-severity={share.key} data-none={share.count === 0}>
            <span className="swatch" aria-hidden="true" />
            {humanize(share.key.toLowerCase())}
            <span className="legend-count">{share.count}</span>
            <span className="legend-share">{percent(share.fraction)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function TypeBreakdown({ shares }: { readonly shares: readonly Share<string>[] }) {
  const largest = shares[0]?.count ?? 1;
  return (
    <ul className="bars">
      {shares.map((share) => (
        <li key={share.key}>
          {humanize(share.key)}
          <span className="legend-count">{share.count}</span>
          <span className="bar" aria-hidden="true">
            <span style={{ width: percent(share.count / largest) }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
