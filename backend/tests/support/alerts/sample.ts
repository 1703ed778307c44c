import type { ThreatSeverity, ThreatType } from "../../../src/contract/signal.js";

/** An alert as a source publishes it, written anew: its shape is the source's, every value is invented. */
export interface AlertSample {
  readonly what: string;
  /** Where the shape is published, and under which licence. */
  readonly after: string;
  readonly alert: Readonly<Record<string, unknown>>;
  /** What its signal is to be. */
  readonly type: ThreatType;
  readonly severity: ThreatSeverity;
  readonly customer: string;
  readonly timestamp: string;
  readonly hints?: readonly string[];
  /** What is to be in its metadata, among others. */
  readonly metadata: Readonly<Record<string, unknown>>;
}
