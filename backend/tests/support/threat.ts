import { Coordinator } from "../../src/coordinator.js";
import { seededRandom } from "../../src/random.js";
import { generateSignal } from "../../src/threats/generator.js";
import { systemClock } from "../../src/clock.js";
import type { ThreatAnalysis, ThreatType } from "../../src/types.js";

/** A real analysis under a chosen id. */
export async function makeThreat(
  id: string,
  type: ThreatType = "bot_traffic",
): Promise<ThreatAnalysis> {
  const signal = generateSignal(seededRandom(1), systemClock(), type);
  return { ...(await new Coordinator().analyze(signal, [])), id };
}
