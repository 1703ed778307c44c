import type { ModelObserver } from "../model/agents.js";
import type { Circuit } from "../model/guard.js";
import type { ModelConfig } from "../config.js";
import type { AgentKey } from "../types.js";
import type { Agent } from "./agent.js";
import { AGENTS } from "./agents.js";

/** How the agents judge at present. */
export interface PanelState {
  readonly mode: "rules" | "model";
  /** Whether the model is asked; null where there is none. */
  readonly circuit: Circuit | null;
}

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
  const { modelAgents } = await import("../model/agents.js");
  const { agents, circuit } = modelAgents(config, observer);
  return { agents, state: () => ({ mode: "model", circuit: circuit() }) };
}
