import type { ThreatSignal } from "../contract/signal.js";
import type { Evidence } from "../contract/threat.js";

export type { Evidence };

/** The fields of a signal's metadata that are there. */
export function inMetadata(
  { metadata }: ThreatSignal,
  ...keys: readonly string[]
): readonly string[] {
  return keys.filter((key) => Object.hasOwn(metadata, key)).map((key) => `signal.metadata.${key}`);
}
