import { Counter } from "prom-client";
import { AGENT_KEYS, type AgentKey } from "../contract/analysis.js";
import { THREAT_TYPES, type ThreatType } from "../contract/signal.js";
import type { MetricRegistry } from "./exposition.js";

/** For whom the model was asked. */
export interface Asker {
  readonly agent: AgentKey;
  readonly threatType: ThreatType;
}

/** What one answer of the model took. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where no prices are configured. */
  readonly costUsd: number | null;
}

/** What is told of the model: nothing used where there is none. */
export class ModelMetrics {
  readonly #tokens;
  readonly #cost;

  /**
   * @param model its name, empty where there is none
   * @param priced whether costs are known, which nothing used at all is
   */
  constructor(
    registry: MetricRegistry,
    private readonly model: string,
    priced: boolean,
  ) {
    this.#tokens = new Counter({
      name: "gen_ai_client_token_usage_total",
      help: "Tokens that the model has read (input) and written (output)",
      labelNames: ["gen_ai_token_type", "gen_ai_request_model", "agent_name", "threat_type"],
      registers: [registry],
    });
    this.#cost = priced
      ? new Counter({
          name: "soc_model_cost_usd_total",
          help: "What the model has cost, by the configured prices of its tokens",
          labelNames: ["agent_name", "threat_type"],
          registers: [registry],
        })
      : null;
    for (const agent of AGENT_KEYS) {
      for (const threatType of THREAT_TYPES) {
        this.used({ agent, threatType }, { inputTokens: 0, outputTokens: 0, costUsd: 0 });
      }
    }
  }

  used({ agent, threatType }: Asker, { inputTokens, outputTokens, costUsd }: ModelUsage): void {
    const asker = { agent_name: `${agent}_agent`, threat_type: threatType };
    const labels = { ...asker, gen_ai_request_model: this.model };
    this.#tokens.inc({ ...labels, gen_ai_token_type: "input" }, inputTokens);
    this.#tokens.inc({ ...labels, gen_ai_token_type: "output" }, outputTokens);
    this.#cost?.inc(asker, costUsd ?? 0);
  }
}
