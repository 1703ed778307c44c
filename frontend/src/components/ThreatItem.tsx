import { memo, useId, useState } from "react";
import { humanize } from "../lib/text";
import type { ThreatAnalysis } from "../types";
import { ThreatDetail } from "./detail/ThreatDetail";
import { ErrorBoundary } from "./ErrorBoundary";
import { Icon } from "./Icon";
import { RelativeTime } from "./RelativeTime";
import { SeverityBadge } from "./SeverityBadge";

/** How many techniques a row names; the detail has them all. */
const TAGS_IN_ROW = 3;

interface ThreatItemProps {
  readonly threat: ThreatAnalysis;
  /** Whether it just arrived: it is lit up for a moment. */
  readonly isLatest: boolean;
}

/** One row of the list, and its detail when opened. */
export const ThreatItem = memo(function ThreatItem({ threat, isLatest }: ThreatItemProps) {
  const [open, setOpen] = useState(false);
  const detailId = useId();
  return (
    <li
      className="threat"
      data-severity={threat.severity}
      data-latest={isLatest}
      data-open={open}
      data-threat-id={threat.id}
    >
      <div className="threat-row">
        <SeverityBadge severity={threat.severity} />
        <div className="threat-main">
          <h3>
            {/* Its ::after covers the row, so that a click anywhere in it opens the detail. */}
            <button
              type="button"
              className="threat-toggle"
              aria-expanded={open}
              aria-controls={open ? detailId : undefined}
              onClick={() => setOpen(!open)}
            >
              {humanize(threat.signal.threat_type)}
              <span className="threat-customer"> {threat.signal.customer_name}</span>
            </button>
          </h3>
          <p className="threat-summary">{threat.executive_summary}</p>
          <Chips threat={threat} />
        </div>
        <div className="threat-side">
          <RelativeTime iso={threat.created_at} />
          <span className="threat-chevron">
            <Icon name="chevron" />
          </span>
        </div>
      </div>
      {open && (
        <div className="detail" id={detailId}>
          <ErrorBoundary
            fallback={<p className="muted">This threat&apos;s detail cannot be shown.</p>}
          >
            <ThreatDetail threat={threat} />
          </ErrorBoundary>
        </div>
      )}
    </li>
  );
});

function Chips({ threat }: { readonly threat: ThreatAnalysis }) {
  const manipulated = threat.adversarial_detection?.manipulation_detected ?? false;
  const tags = threat.mitre_tags.slice(0, TAGS_IN_ROW);
  if (!threat.requires_human_review && !manipulated && tags.length === 0) {
    return null;
  }
  return (
    <ul className="chips" aria-label="Marks">
      {threat.requires_human_review && (
        <li className="chip" data-tone="review">
          Needs review
        </li>
      )}
      {manipulated && (
        <li className="chip" data-tone="danger">
          Manipulation
        </li>
      )}
      {tags.map((tag) => (
        <li key={tag.technique_id} className="chip" title={tag.technique_name}>
          {tag.technique_id}
        </li>
      ))}
    </ul>
  );
}
