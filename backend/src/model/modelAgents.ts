import type { Agent } from "../agents/agent.js";
import type { Finding, ToldInput } from "../threats/finding.js";
import { AGENTS } from "../agents/ruleAgents.js";
import { AGENT_KEYS, type AgentKey } from "../contract/analysis.js";
import { answerSchema, readAnswer } from "./answers.js";
import { openAiChat, type Chat, type ChatObserver } from "./chat.js";
import { ModelError, type ModelFailure } from "./failure.js";
import { Guard, type GuardOptions } from "./guard.js";
import type { Circuit } from "../contract/responses.js";
import { byModel, byRules } from "./judged.js";
import { data, instructions } from "./prompts.js";
import type { ModelConfig } from "../config/config.js";

/** The agents that ask a model, and how they fare. */
export interface ModelAgents {
  readonly agents: Readonly<Record<AgentKey, Agent>>;
  /** Whether the model is asked at present. */
  readonly circuit: () => Circuit;
}

/** Who wants to know how the model fares. */
export interface ModelObserver extends GuardOptions, ChatObserver {
  /** Told of every question that the rules had to answer. */
  readonly onFallback?: (agent: AgentKey, failure: ModelFailure, status: number | null) => void;
}

/**
 * Agents that ask a model. Each keeps the rules' finding beside the model's, for the detector to compare,
 * and where the model does not judge, the rules do and say so.
 *
 * @param chat how the model is asked; by default over its provider's API
 */
export function modelAgents(
  config: ModelConfig,
  observer: ModelObserver = {},
  chat: Chat = openAiChat(config, observer),
): ModelAgents {
  const guard = new Guard(observer);
  const ask = async (key: AgentKey, input: ToldInput): Promise<Finding> => {
    const rules = AGENTS[key](input);
    const question = {
      asker: { agent: key, threatType: input.signal.threat_type },
      instructions: instructions(key),
      data: data(key, input, rules),
      form: { name: `${key}_analysis`, schema: FORMS[key] },
    };
    try {
      // Within the guard, so that a model that answers nonsense counts as failing.
      const answer = await guard.run(key, async () => readAnswer(key, await chat(question)));
      return byModel(rules, answer, `model ${config.model}`);
    } catch (error) {
      if (!(error instanceof ModelError)) {
        throw error;
      }
      observer.onFallback?.(key, error.failure, error.status);
      return byRules(rules, error.failure);
    }
  };
  return {
    agents: Object.fromEntries(
      AGENT_KEYS.map((key) => [key, (input: ToldInput) => ask(key, input)]),
    ) as Record<AgentKey, Agent>,
    circuit: () => guard.circuit,
  };
}

const FORMS = Object.fromEntries(AGENT_KEYS.map((key) => [key, answerSchema(key)])) as Readonly<
  Record<AgentKey, Readonly<Record<string, unknown>>>
>;
