import type { ModelObserver } from "./modelAgents.js";
import type { PanelState } from "../contract/responses.js";
import type { ModelConfig } from "../config/config.js";
import type { AgentKey } from "../contract/analysis.js";
import type { Agent } from "../agents/agent.js";
import { AGENTS } from "../agents/ruleAgents.js";

/** The agents of a process. */
export interface Panel {
  readonly agents: Readonly<Record<AgentKey, Agent>>;
  readonly state: () => PanelState;
}

/**
 * The agents that judge by rules, or with a model.
 *
 * @param config how to reach the model; null means rules
 */
export async function createPanel(
  config: ModelConfig | null,
  observer?: ModelObserver,
): Promise<Panel> {
  if (config === null) {
    return { agents: AGENTS, state: () => ({ mode: "rules", circuit: null }) };
  }
  // The client is large, and the rules do not need it.
  const { modelAgents } = await import("./modelAgents.js");
  const { agents, circuit } = modelAgents(config, observer);
  return { agents, state: () => ({ mode: "model", circuit: circuit() }) };
}
