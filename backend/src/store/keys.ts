/** The names in Redis; other backends of the same system use the same. */
export const KEYS = {
  total: "threats:total_count",
  index: "threats:by_created",
  threat: (id: string): string => `threat:${id}`,
  packageIntel: (name: string): string => `vt:pkg:${name}`,
  /** Ours alone, as are the channels below. */
  egress: "egress:violations",
  /** What is remembered of alerts, by the digest of each, and the digests by when they came last. */
  sightings: "ingest:sightings",
  sightingOrder: "ingest:order",
  /** The versions of the threats that have changed since they were first stored. */
  versions: "threats:versions",
  claim: (job: string): string => `claim:${job}`,
} as const;

/** Pub/Sub. Each event is a whole threat as JSON, and nothing else, since other backends read it. */
export const CHANNELS = {
  events: "threats:events",
  /** A whole threat that is stored already and has changed. */
  updates: "threats:updates",
  /** `<id> <traceparent>`, just before the event: a subscriber gets both in this order. */
  traces: "threats:traces",
  /** Says that all threats were removed. */
  resets: "threats:resets",
  /** Says that a violation was reported. */
  violations: "egress:reports",
} as const;
