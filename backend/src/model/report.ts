import type { Logger } from "../telemetry/log.js";
import type { ModelObserver } from "./modelAgents.js";
import type { ModelFailure } from "./failure.js";

/** These come with every question while they last; that they began and ended is told once. */
const IN_NUMBERS: readonly ModelFailure[] = ["circuit open", "too many questions at once"];

/** Writes to the log how the model fares: each failure, and when it is no longer, or again, asked. */
export function reportModel(log: Logger): ModelObserver {
  return {
    onFallback: (agent, failure, status) => {
      const level = IN_NUMBERS.includes(failure) ? "debug" : "warn";
      log[level](
        { agent_name: agent, component: "coordinator", error: failure, status },
        "The model did not judge, the rules did",
      );
    },
    onCircuit: (circuit) => {
      if (circuit === "open") {
        log.warn({ circuit }, "The model fails: the rules judge alone for a while");
      } else {
        log.info({ circuit }, circuit === "closed" ? "The model judges again" : "Trying the model");
      }
    },
  };
}
