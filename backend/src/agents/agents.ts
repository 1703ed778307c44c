import type { AgentKey } from "../types.js";
import type { RuleAgent } from "./agent.js";
import { config } from "./config.js";
import { context } from "./context.js";
import { devops } from "./devops.js";
import { historical } from "./historical.js";
import { priority } from "./priority.js";

/** The agents that judge by rules. */
export const AGENTS: Readonly<Record<AgentKey, RuleAgent>> = {
  historical,
  config,
  devops,
  context,
  priority,
};

/** The agents as people read of them. */
export const AGENT_NAMES: Readonly<Record<AgentKey, string>> = {
  historical: "Historical Agent",
  config: "Config Agent",
  devops: "DevOps Agent",
  context: "Context Agent",
  priority: "Priority Agent",
};
