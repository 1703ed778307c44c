import type { AgentKey } from "../contract/analysis.js";
import type { RuleAgent } from "./agent.js";
import { configAgent } from "./configAgent.js";
import { contextAgent } from "./contextAgent.js";
import { devopsAgent } from "./devopsAgent.js";
import { historicalAgent } from "./historicalAgent.js";
import { priorityAgent } from "./priorityAgent.js";

/** The agents that judge by rules. */
export const AGENTS: Readonly<Record<AgentKey, RuleAgent>> = {
  historical: historicalAgent,
  config: configAgent,
  devops: devopsAgent,
  context: contextAgent,
  priority: priorityAgent,
};

/** The agents as people read of them. */
export const AGENT_NAMES: Readonly<Record<AgentKey, string>> = {
  historical: "Historical Agent",
  config: "Config Agent",
  devops: "DevOps Agent",
  context: "Context Agent",
  priority: "Priority Agent",
};
