import { Coordinator } from "../../src/service/coordinator.js";
import { seededRandom } from "../../src/base/random.js";
import { generateSignal } from "../../src/threats/generator.js";
import { isoMicros, systemClock } from "../../src/base/clock.js";
import { encodeThreat, type StoredThreat } from "../../src/store/documents.js";
import type { ThreatAnalysis } from "../../src/contract/threat.js";
import type { ThreatSeverity, ThreatType } from "../../src/contract/signal.js";

/** A real analysis under a chosen id. */
export async function makeThreat(
  id: string,
  type: ThreatType = "bot_traffic",
): Promise<ThreatAnalysis> {
  const signal = generateSignal(seededRandom(1), systemClock(), type);
  return { ...(await new Coordinator().analyze(signal, [])), id };
}

/** What the verdict on such a threat is made of, where as much has come before as is looked at. */
export async function makeRecord(type: ThreatType = "bot_traffic"): Promise<Buffer> {
  const signal = generateSignal(seededRandom(1), systemClock(), type);
  const { past } = await makeStored("before", type);
  const history = Array.from({ length: 200 }, () => past);
  return (await new Coordinator().investigate(signal, history)).recorder.encode(false);
}

/** The same, ready to be saved. */
export async function makeStored(id: string, type?: ThreatType): Promise<StoredThreat> {
  return encodeThreat(await makeThreat(id, type));
}

/** A threat of which is told what retention looks at, made so many seconds after others. */
export async function makeRanked(
  id: string,
  severity: ThreatSeverity,
  requires_human_review: boolean,
  seconds = 0,
): Promise<StoredThreat> {
  const created_at = isoMicros(systemClock() + seconds * 1000);
  return encodeThreat({ ...(await makeThreat(id)), severity, requires_human_review, created_at });
}

/** A threat of a customer whose name was cut in the middle of a character. */
export async function makeHalved(id: string): Promise<StoredThreat> {
  const threat = await makeThreat(id);
  return encodeThreat({ ...threat, signal: { ...threat.signal, customer_name: "Acme \ud83d" } });
}

/** The threat of an event or a list. */
export function parsed({ json }: StoredThreat): ThreatAnalysis {
  return JSON.parse(json.toString()) as ThreatAnalysis;
}
