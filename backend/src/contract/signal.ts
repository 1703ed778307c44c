import * as z from "zod";
import { anything, share, text, texts, time, type Wire } from "./fields.js";

/** What kind of attack a signal reports. */
export const THREAT_TYPES = [
  "bot_traffic",
  "proxy_network",
  "device_compromise",
  "anomaly_detection",
  "rate_limit_breach",
  "geo_anomaly",
] as const;
export const THREAT_TYPE = z.enum(THREAT_TYPES);
export type ThreatType = Wire<typeof THREAT_TYPE>;

export const SEVERITY = z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL", "INFO"]);
export type ThreatSeverity = Wire<typeof SEVERITY>;

/** Most characters of each text of a signal, and of all of it as JSON. What is more is cut, with a mark. */
export const MAX_TEXT = 8192;
export const MAX_SIGNAL = 32_768;

/** What a sensor reported. */
export const SIGNAL = z.object({
  id: text,
  threat_type: THREAT_TYPE,
  customer_name: text,
  timestamp: time,
  /** Which keys are there depends on the threat type. */
  metadata: anything.describe(
    `Each text has at most ${MAX_TEXT} characters, the whole signal ${MAX_SIGNAL} as JSON. What was longer ends in "… [cut: N characters came]".`,
  ),
  mitre_hints: texts,
});
export type ThreatSignal = Wire<typeof SIGNAL>;
export type Metadata = ThreatSignal["metadata"];

/** A hit in a threat intelligence feed. */
export const INTEL_MATCH = z.object({
  ioc_type: text,
  ioc_value: text,
  source: text,
  description: text,
  date_added: text,
  confidence: share,
  threat_actor: text.nullable(),
});
export type IntelMatch = Wire<typeof INTEL_MATCH>;
