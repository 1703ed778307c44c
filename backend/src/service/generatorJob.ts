import { errorFields, type Logger } from "../telemetry/log.js";
import { NO_TELEMETRY, type Telemetry } from "../telemetry/tracing.js";
import type { ThreatService } from "./threatService.js";
import type { ThreatStore } from "../store/store.js";

/**
 * Triggers a random threat every so often. Of several pods one does it each time, so that more pods
 * do not make more threats.
 *
 * @returns ends it
 */
export function generateThreats(
  everySeconds: number,
  service: Pick<ThreatService, "trigger">,
  store: Pick<ThreatStore, "claim">,
  log: Logger,
  telemetry: Pick<Telemetry, "root"> = NO_TELEMETRY,
): () => void {
  const generate = async (): Promise<void> => {
    try {
      // Slightly less than the interval: the claim must be free when the next turn comes.
      if (await store.claim("generator", everySeconds * 900)) {
        await telemetry.root("generate threat", () => service.trigger({}));
      }
    } catch (error) {
      log.warn(errorFields(error), "No threat generated");
    }
  };
  const timer = setInterval(() => void generate(), everySeconds * 1000);
  return () => clearInterval(timer);
}
