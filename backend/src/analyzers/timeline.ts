import { isoMicros, parseMicros, type Clock } from "../clock.js";
import type {
  InvestigationTimeline,
  ThreatSeverity,
  TimelineEvent,
  TimelineEventType,
} from "../types.js";

/** What may be said of a step besides its kind, title and source. */
interface Details {
  readonly description?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly severity?: ThreatSeverity;
}

/** Writes down the steps of an investigation as they happen, so that its times are true ones. */
export class TimelineRecorder {
  readonly #events: TimelineEvent[] = [];

  constructor(private readonly clock: Clock) {}

  /** Adds a step that happens now. */
  record(type: TimelineEventType, title: string, source: string, details: Details = {}): void {
    this.recordAt(isoMicros(this.clock()), type, title, source, details);
  }

  /** Adds a step that happened at the given time. */
  recordAt(
    timestamp: string,
    type: TimelineEventType,
    title: string,
    source: string,
    { description = title, data = {}, severity }: Details = {},
  ): void {
    this.#events.push({
      timestamp,
      event_type: type,
      title,
      description,
      source,
      data,
      severity: severity ?? null,
    });
  }

  /** The steps sorted by time. */
  build(): InvestigationTimeline {
    const events = [...this.#events].sort(
      (a, b) => parseMicros(a.timestamp) - parseMicros(b.timestamp),
    );
    const start = events[0]?.timestamp ?? isoMicros(this.clock());
    const end = events.at(-1)?.timestamp ?? start;
    return {
      events,
      start_time: start,
      end_time: end,
      duration_ms: Math.round(parseMicros(end) - parseMicros(start)),
    };
  }
}
