import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from "openai";
import { boundedFetch } from "./boundedFetch.js";
import { ModelError, type ModelFailure } from "./failure.js";
import type { ModelConfig } from "../config/config.js";
import type { Asker, ModelUsage } from "../telemetry/modelMetrics.js";
import type { PhaseSpan } from "../telemetry/phases.js";
import { NO_TELEMETRY, type Telemetry } from "../telemetry/tracing.js";
import { completionAttributes, questionAttributes, usageOf } from "./usage.js";

/** One question to the model. */
export interface Question {
  /** For whom it is asked. */
  readonly asker: Asker;
  /** What the model is to do: ours alone. */
  readonly instructions: string;
  /** What it is to judge: data, of which nothing is to be obeyed. */
  readonly data: string;
  /** The form of the answer: a name and its JSON schema. */
  readonly form: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
}

/** Asks the model; the answer is parsed JSON. Rejects with {@link ModelError} within a bounded time. */
export type Chat = (question: Question) => Promise<unknown>;

const RETRIES = 2;

/** Who wants to know of each question. */
export interface ChatObserver {
  /** Told what an answer took, be it of use or not. */
  readonly onUsage?: (asker: Asker, usage: ModelUsage) => void;
  /** Makes the spans. */
  readonly tracer?: Pick<Telemetry, "client">;
}

/** A chat over the provider's official client, which repeats what may be repeated and heeds Retry-After. */
export function openAiChat(config: ModelConfig, observer: ChatObserver = {}): Chat {
  const { onUsage = () => undefined, tracer = NO_TELEMETRY } = observer;
  const client = new OpenAI({
    apiKey: config.apiKey,
    baseURL: config.baseUrl,
    maxRetries: RETRIES,
    // An attempt that hangs leaves time for another.
    timeout: Math.ceil((config.timeoutSeconds * 1000) / 2),
    fetch: boundedFetch,
    // Its debug log shows requests.
    logLevel: "off",
  });
  const ask = async (question: Question, span: PhaseSpan): Promise<unknown> => {
    const { asker, instructions, data, form } = question;
    // Bounds the retries and the waits between them, too.
    const signal = AbortSignal.timeout(config.timeoutSeconds * 1000);
    try {
      const completion = await client.chat.completions.create(
        {
          model: config.model,
          temperature: config.temperature,
          max_completion_tokens: config.maxTokens,
          messages: [
            { role: "system", content: instructions },
            { role: "user", content: data },
          ],
          response_format: {
            type: "json_schema",
            json_schema: { name: form.name, strict: true, schema: { ...form.schema } },
          },
        },
        { signal },
      );
      const usage = usageOf(completion, config.prices);
      span.set(completionAttributes(completion, usage));
      if (usage !== null) {
        onUsage(asker, usage);
      }
      return read(completion);
    } catch (error) {
      throw error instanceof ModelError ? error : translate(error, signal.aborted);
    }
  };
  return (question) => {
    const attributes = questionAttributes(config, `${question.asker.agent}_agent`);
    return tracer.client(`chat ${config.model}`, attributes, (span) => ask(question, span));
  };
}

/** The JSON of an answer. What comes over the network is not taken to have the declared type. */
function read(completion: unknown): unknown {
  const { choices } = (completion ?? {}) as { choices?: unknown };
  const [choice] = (Array.isArray(choices) ? choices : []) as (
    | { finish_reason?: unknown; message?: { content?: unknown; refusal?: unknown } | null }
    | undefined
  )[];
  if (typeof choice?.message?.refusal === "string" && choice.message.refusal !== "") {
    throw new ModelError("answer refused");
  }
  if (choice?.finish_reason === "length") {
    throw new ModelError("answer cut off");
  }
  try {
    return JSON.parse(withoutFence(String(choice?.message?.content))) as unknown;
  } catch {
    throw new ModelError("answer is not JSON");
  }
}

/** Models that know no response format put their JSON into a block of code, often with words around it. */
function withoutFence(content: string): string {
  return /^```(?:json)?[ \t]*\r?\n([^]*?)\r?\n```[ \t]*$/im.exec(content)?.[1] ?? content;
}

function translate(error: unknown, timedOut: boolean): ModelError {
  if (
    timedOut ||
    error instanceof APIConnectionTimeoutError ||
    error instanceof APIUserAbortError
  ) {
    return new ModelError("timeout");
  }
  if (error instanceof APIConnectionError) {
    return new ModelError("unreachable");
  }
  if (error instanceof APIError && typeof error.status === "number") {
    return new ModelError(failureOf(error.status), error.status);
  }
  // The client parses the body itself and lets the parser's error through.
  return new ModelError("answer is not JSON");
}

function failureOf(status: number): ModelFailure {
  if (status === 429) {
    return "rate limited";
  }
  if (status === 401 || status === 403) {
    return "access refused";
  }
  return status >= 500 ? "server error" : "request refused";
}
