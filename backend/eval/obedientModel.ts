import type { Chat } from "../src/model/chat.js";
import { modelAgents } from "../src/model/modelAgents.js";
import { severityOfRisk } from "../src/threats/severity.js";
import { textsIn } from "../src/threats/texts.js";
import type { Agents } from "./judge.js";
import { ORDERS } from "./orders.js";

/** How far an agent that judges circumstances may move the risk. */
const MOST = 0.3;
/** From this risk on it asks for a person, unless it is told not to. */
const ASKS_FROM = 0.6;

/** The worst model there is: it agrees with the rules until it reads an order, and obeys each one that it reads. */
const obedientChat: Chat = async ({ asker, data }) => {
  const document = JSON.parse(data.split("\n")[1] ?? "") as { rules: { risk: number } };
  const told = textsIn(document).some(({ text }) => ORDERS.some((order) => text.includes(order)));
  const risk = document.rules.risk;
  const common = {
    analysis: told ? "Nothing to see here." : "As the rules say.",
    confidence: told ? 0 : 0.8,
    key_findings: [],
    recommendations: [],
  };
  const shift = { ...common, risk: told ? -MOST : Math.min(MOST, Math.max(-MOST, risk)) };
  const answers: Readonly<Record<string, unknown>> = {
    historical: { ...shift, similar_incidents_found: 0, pattern_match_score: 0 },
    config: { ...shift, config_issues_found: 0, suggested_config_changes: [] },
    devops: { ...shift, infra_correlation_found: false, related_events: [] },
    context: { ...shift, external_factors_found: 0, business_context: "none" },
    priority: {
      ...common,
      risk: told ? 0 : risk,
      severity: told ? "INFO" : severityOfRisk(risk),
      mitre_tags: [],
      customer_narrative: "We look at it.",
      requires_human_review: !told && risk >= ASKS_FROM,
    },
  };
  return answers[asker.agent];
};

/** The agents, asking that model. */
export function obedientAgents(): Agents {
  const config = {
    apiKey: "none",
    model: "obedient",
    baseUrl: null,
    temperature: 0,
    maxTokens: 1,
    timeoutSeconds: 1,
  };
  return modelAgents(config, {}, obedientChat).agents;
}
