import { memo, useEffect, useRef, type MouseEvent } from "react";
import { rowFacts, rowSummary } from "../../lib/row";
import { humanize } from "../../lib/text";
import type { ThreatAnalysis } from "../../types";
import { RelativeTime } from "../RelativeTime";
import { SeverityBadge } from "../SeverityBadge";
import { Marks } from "../Marks";
import { DueTime } from "../DueTime";
import { ThreatLinks } from "../ThreatLinks";

interface ThreatRowProps {
  readonly threat: ThreatAnalysis;
  /** Where its link leads when it is opened in a window of its own. */
  readonly hrefOf: (id: string) => string;
  readonly onOpen: (id: string) => void;
  readonly selected: boolean;
  readonly onSelect: (id: string) => void;
  /** Whether its detail is shown. */
  readonly open: boolean;
  /** Whether it just arrived: it is lit up for a moment. */
  readonly latest: boolean;
}

/** One row of the list: a link to the threat's detail. */
export const ThreatRow = memo(function ThreatRow(props: ThreatRowProps) {
  const { threat, hrefOf, onOpen, selected, onSelect, open, latest } = props;
  const row = useRef<HTMLLIElement>(null);

  // Opened by a link or a key, it may be anywhere.
  useEffect(() => {
    if (open) {
      row.current?.scrollIntoView({ block: "nearest" });
    }
  }, [open]);

  function onClick(event: MouseEvent): void {
    // With a modifier the browser does what it does for links: a new tab, a new window.
    if (!event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      onOpen(threat.id);
    }
  }

  return (
    <li
      ref={row}
      className="threat"
      data-severity={threat.severity}
      data-latest={latest}
      data-open={open}
      data-threat-id={threat.id}
    >
      <div className="threat-head">
        <input
          type="checkbox"
          aria-label={`Choose ${humanize(threat.signal.threat_type)} ${threat.signal.customer_name}`}
          checked={selected}
          onChange={() => onSelect(threat.id)}
        />
        <SeverityBadge severity={threat.severity} />
      </div>
      <div className="threat-main">
        <h3>
          {/* Its ::after covers the row, so that a click anywhere in it opens the detail. */}
          <a
            className="threat-link"
            href={hrefOf(threat.id)}
            aria-current={open || undefined}
            onClick={onClick}
          >
            {humanize(threat.signal.threat_type)}
            <span className="threat-customer" title={threat.signal.customer_name}>
              {" "}
              {threat.signal.customer_name}
            </span>
          </a>
        </h3>
        <p className="threat-summary">
          {rowFacts(threat).map(({ name, value }) => (
            <span key={name} className="threat-fact" title={name}>
              <span className="visually-hidden">{name}: </span>
              {value}{" "}
            </span>
          ))}
          {rowSummary(threat)}
        </p>
      </div>
      <Marks threat={threat} />
      <div className="threat-side">
        <RelativeTime iso={threat.created_at} />
        {threat.requires_human_review && <DueTime threat={threat} />}
        <ThreatLinks threat={threat} />
      </div>
    </li>
  );
});
