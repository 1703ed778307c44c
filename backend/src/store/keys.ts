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
  /** What retention keeps besides the documents: the order in which they are dropped, by place. */
  order: "retention:order",
  /** Those that await review, by the time of creation. */
  waiting: "retention:waiting",
  /** All of them by severity, type, whether they await review, and time: for counts over time. */
  times: "retention:times",
  /** What the figures need of each stored threat, and the figures. */
  summaries: "retention:summaries",
  figures: "retention:figures",
  customers: "retention:customers",
  /** Those that were dropped while they awaited review, by when that was, their documents, and all drops. */
  dropped: "retention:dropped",
  documents: "retention:documents",
  drops: "retention:drops",
  /** What the verdicts were made of, on those that are stored and on those that were dropped; `bytes` is how much that is. */
  records: "retention:records",
  keptRecords: "retention:kept-records",
  /** What could not be read: the ids by when it came, the entries, and how much of it there is and fell out. */
  quarantineOrder: "quarantine:order",
  quarantineEntries: "quarantine:entries",
  quarantineFigures: "quarantine:figures",
  claim: (job: string): string => `claim:${job}`,
} as const;

/** What is counted and indexed by retention alone; without a time to live, so that Redis evicts none. */
const RETENTION_OWN_NAMES = [
  "order",
  "waiting",
  "times",
  "summaries",
  "figures",
  "customers",
  "dropped",
  "documents",
  "drops",
  "records",
  "keptRecords",
] as const;
export const RETENTION_OWN = RETENTION_OWN_NAMES.map((name) => KEYS[name]);
/** All keys of the scripts that store threats. */
export const RETENTION_NAMES = [
  "index",
  "total",
  "versions",
  "sightings",
  ...RETENTION_OWN_NAMES,
] as const;

/** All keys of the quarantine, in the order in which its scripts take them; without a time to live as well. */
export const QUARANTINE_OWN = [
  KEYS.quarantineOrder,
  KEYS.quarantineEntries,
  KEYS.quarantineFigures,
] as const;

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
