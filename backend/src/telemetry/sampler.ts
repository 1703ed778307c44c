import {
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { Collector } from "./collector.js";

/** Records a share of the traces, and none while nobody takes them. Log lines have ids all the same. */
export class OnlyWhileTaken implements Sampler {
  readonly #sampler: ParentBasedSampler;

  constructor(
    private readonly collector: Pick<Collector, "takesTraces">,
    ratio: number,
  ) {
    this.#sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }

  shouldSample(...args: Parameters<Sampler["shouldSample"]>) {
    return this.collector.takesTraces
      ? this.#sampler.shouldSample(...args)
      : { decision: SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `OnlyWhileTaken{${this.#sampler.toString()}}`;
  }
}
