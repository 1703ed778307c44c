import type { SuspectedTechnique } from "../threats/finding.js";
import type { MitreTag } from "../contract/threat.js";
import type { ThreatType } from "../contract/signal.js";
import { techniqueOf } from "../threats/techniques.js";

const MAX_TAGS = 6;
/** Below this an agent's suspicion is not worth a tag. */
const LEAST_CONFIDENCE = 0.6;
const FALLBACK_CONFIDENCE = 0.6;

/** What a type of threat usually stands for. */
const BY_TYPE: Readonly<Record<ThreatType, readonly string[]>> = {
  bot_traffic: ["T1110.004", "T1595"],
  proxy_network: ["T1090"],
  device_compromise: ["T1003", "T1041"],
  anomaly_detection: ["T1071"],
  rate_limit_breach: ["T1499"],
  geo_anomaly: ["T1078"],
};

/**
 * The techniques of MITRE ATT&CK that a threat shows: first those that the sensor itself names, then
 * those for which the priority agent sees evidence, and without either what the type stands for.
 *
 * @param hints technique ids as the sensor (Wazuh) gives them
 * @returns at most six, each id once
 */
export function mitreTags(
  type: ThreatType,
  hints: readonly string[] = [],
  suspected: readonly SuspectedTechnique[] = [],
): readonly MitreTag[] {
  const tags = new Map<string, MitreTag>();
  const add = (id: string, confidence: number, source: MitreTag["source"]): void => {
    const technique = techniqueOf(id);
    if (technique !== null && !tags.has(id)) {
      tags.set(id, {
        technique_id: id,
        technique_name: technique.name,
        tactic: technique.tactic,
        tactic_id: technique.tacticId,
        confidence,
        source,
      });
    }
  };
  hints.forEach((hint) => add(hint.trim().toUpperCase(), 1, "wazuh"));
  suspected
    .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
    .forEach(({ id, confidence }) => add(id, confidence, "priority_agent"));
  if (tags.size === 0) {
    BY_TYPE[type].forEach((id) => add(id, FALLBACK_CONFIDENCE, "fallback"));
  }
  return [...tags.values()].slice(0, MAX_TAGS);
}
