import { statusWord } from "../../lib/text";
import { formatDateTime, formatDuration } from "../../lib/time";
import type { ThreatAnalysis } from "../../types";
import { DueTime } from "../DueTime";
import { Icon } from "../Icon";
import { Section } from "./Section";

/** The summary for the analyst, the one for the customer, and the bare facts. */
export function Summary({ threat }: { readonly threat: ThreatAnalysis }) {
  return (
    <Section title="Summary" aside={<DueTime threat={threat} />}>
      {threat.requires_human_review && (
        <p className="callout" data-tone="review">
          <Icon name="alert" />
          <span>
            <strong>Needs review.</strong> {threat.review_reason}
          </span>
        </p>
      )}
      <p className="lead">{threat.executive_summary || "The backend gave no summary."}</p>
      {threat.customer_narrative && (
        <blockquote className="narrative">
          <p className="muted">For the customer</p>
          <p>{threat.customer_narrative}</p>
        </blockquote>
      )}
      <dl className="facts">
        <Fact name="Detected" value={formatDateTime(threat.signal.timestamp)} />
        <Fact name="Analysed in" value={formatDuration(threat.total_processing_time_ms)} />
        <Fact name="Status" value={statusWord(threat.status)} />
        <div>
          <dt>Threat id</dt>
          <dd className="mono">{threat.id}</dd>
        </div>
      </dl>
    </Section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
