import { formatDuration, parseUtc } from "../../lib/time";
import type { InvestigationTimeline } from "../../types";
import { Section } from "./Section";

/** What happened when, as time since the detection. */
export function Timeline({ timeline }: { readonly timeline: InvestigationTimeline }) {
  const start = parseUtc(timeline.start_time);
  const offsets = timeline.events.map((event) => parseUtc(event.timestamp) - start);
  return (
    <Section title="Timeline" aside={formatDuration(timeline.duration_ms)}>
      <ol className="timeline">
        {timeline.events.map((event, index) => (
          <li key={index} data-type={event.event_type}>
            <span className="timeline-time">{offsetText(offsets[index], offsets[index - 1])}</span>
            <span>
              <strong>{event.title}</strong>{" "}
              {event.description !== event.title && (
                <span className="muted">{event.description}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Nothing when it is the same as the line above: agents work at the same time. */
function offsetText(offset: number | undefined, previous: number | undefined): string {
  if (previous === undefined) {
    return "start";
  }
  return offset === undefined || offset === previous ? "" : `+${formatDuration(offset)}`;
}
