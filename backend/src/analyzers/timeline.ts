import { isoMicros, parseMicros, type Clock } from "../base/clock.js";
import type {
  InvestigationTimeline,
  TimelineEvent,
  TimelineEventType,
} from "../contract/analysis.js";
import type { ThreatSeverity } from "../contract/signal.js";

/** What may be said of a step besides its kind, title and source. */
interface Details {
  readonly description?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly severity?: ThreatSeverity;
}

/** Writes down the steps of an investigation as they happen, so that its times are true ones. */
export class TimelineRecorder {
  readonly #events: { readonly at: number; readonly event: TimelineEvent }[] = [];

  constructor(private readonly clock: Clock) {}

  /** Adds a step that happens now. */
  record(type: TimelineEventType, title: string, source: string, details: Details = {}): void {
    const now = this.clock();
    this.#add(now, isoMicros(now), type, title, source, details);
  }

  /** Adds a step that happened at the given time; one that is no time counts as now. */
  recordAt(
    timestamp: string,
    type: TimelineEventType,
    title: string,
    source: string,
    details: Details = {},
  ): void {
    const at = parseMicros(timestamp);
    if (Number.isNaN(at)) {
      this.record(type, title, source, details);
    } else {
      this.#add(at, timestamp, type, title, source, details);
    }
  }

  #add(
    at: number,
    timestamp: string,
    type: TimelineEventType,
    title: string,
    source: string,
    { description = title, data = {}, severity }: Details,
  ): void {
    this.#events.push({
      at,
      event: {
        timestamp,
        event_type: type,
        title,
        description,
        source,
        data,
        severity: severity ?? null,
      },
    });
  }

  /** The steps sorted by time. */
  build(): InvestigationTimeline {
    const events = this.#events.toSorted((a, b) => a.at - b.at);
    const [first, last] = [events[0], events.at(-1)];
    const now = isoMicros(this.clock());
    return {
      events: events.map(({ event }) => event),
      start_time: first?.event.timestamp ?? now,
      end_time: last?.event.timestamp ?? now,
      duration_ms: Math.round((last?.at ?? 0) - (first?.at ?? 0)),
    };
  }
}
