import { Histogram, type HistogramConfiguration } from "prom-client";
import { sampledSpan, type SpanIds } from "./activeTrace.js";
import type { MetricRegistry } from "./exposition.js";

type Settings = Pick<HistogramConfiguration<string>, "name" | "help" | "labelNames" | "buckets">;
type Labels = Readonly<Record<string, string>>;

/** A histogram that keeps for each bucket, as an exemplar, the span of its last value, if that is recorded. */
export class TracedHistogram {
  // By the types of prom-client an exemplar has the labels of the metric, so any name is one here.
  readonly #histogram: Histogram;

  constructor(registry: MetricRegistry, settings: Settings) {
    this.#histogram = new Histogram({ ...settings, enableExemplars: true, registers: [registry] });
  }

  /** Lets a series read 0 until something has happened. */
  zero(labels: Labels): void {
    this.#histogram.zero(labels);
  }

  /** @param span by default the active one */
  observe(labels: Labels, value: number, span: SpanIds | null = sampledSpan() ?? null): void {
    this.#histogram.observe({ labels, value, ...(span !== null && { exemplarLabels: span }) });
  }
}
