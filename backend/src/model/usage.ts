import * as z from "zod";
import type { ModelConfig, ModelPrices } from "../config/config.js";
import type { ModelUsage } from "../telemetry/modelMetrics.js";
import type { PhaseAttributes } from "../telemetry/phases.js";

const tokens = z.int().min(0);

/** What a completion tells of itself, beside the answer. Not every server tells all of it. */
const FACTS = z.object({
  id: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  choices: z
    .array(z.object({ finish_reason: z.string() }))
    .optional()
    .catch(undefined),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).optional().catch(undefined),
});

/** What is told of a question, by https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/. */
export function questionAttributes(
  { model, temperature, maxTokens, baseUrl }: ModelConfig,
  agent: string,
): PhaseAttributes {
  const { hostname, port } = new URL(baseUrl ?? "https://api.openai.com");
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.agent.name": agent,
    "gen_ai.request.model": model,
    "gen_ai.request.temperature": temperature,
    "gen_ai.request.max_tokens": maxTokens,
    "gen_ai.output.type": "json",
    "server.address": hostname,
    ...(port !== "" && { "server.port": Number(port) }),
  };
}

/** What a completion took, null where it does not tell. */
export function usageOf(completion: unknown, prices: ModelPrices | undefined): ModelUsage | null {
  const usage = FACTS.safeParse(completion).data?.usage;
  if (usage === undefined) {
    return null;
  }
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
  const costUsd =
    prices === undefined
      ? null
      : (inputTokens * prices.input + outputTokens * prices.output) / 1_000_000;
  return { inputTokens, outputTokens, costUsd };
}

/** What is told of a completion. Never a word of the question or the answer. */
export function completionAttributes(
  completion: unknown,
  usage: ModelUsage | null,
): PhaseAttributes {
  const { id, model, choices } = FACTS.safeParse(completion).data ?? {};
  return {
    ...(id !== undefined && { "gen_ai.response.id": id }),
    ...(model !== undefined && { "gen_ai.response.model": model }),
    ...(choices !== undefined && {
      "gen_ai.response.finish_reasons": choices.map((choice) => choice.finish_reason),
    }),
    ...(usage !== null && {
      "gen_ai.usage.input_tokens": usage.inputTokens,
      "gen_ai.usage.output_tokens": usage.outputTokens,
      ...(usage.costUsd !== null && { "soc.model.cost_usd": usage.costUsd }),
    }),
  };
}
