import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request to the chat-completions endpoint as it arrived. */
export interface ChatRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly temperature: number;
    readonly max_completion_tokens: number;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format: {
      readonly type: string;
      readonly json_schema: {
        readonly name: string;
        readonly strict: boolean;
        readonly schema: Readonly<Record<string, unknown>>;
      };
    };
  };
}

/** What the server does with a request; null means that it never answers. */
export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
} | null;

/** Decides on a reply; `agent` is the key of the agent that asks. */
export type Script = (request: ChatRequest, agent: string) => Reply | Promise<Reply>;

/** Answers that fit each agent's schema. */
export const ANSWERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  historical: { ...common("history"), similar_incidents_found: 2, pattern_match_score: 0.4 },
  config: { ...common("config"), config_issues_found: 0, suggested_config_changes: [] },
  devops: { ...common("devops"), infra_correlation_found: false, related_events: [] },
  context: { ...common("context"), external_factors_found: 0, business_context: "none" },
  priority: {
    ...common("priority"),
    risk: 0.4,
    severity: "MEDIUM",
    mitre_tags: [{ technique_id: "T1595", confidence: 0.9 }],
    customer_narrative: "We look at unusual traffic.",
    requires_human_review: false,
  },
};

function common(agent: string): Readonly<Record<string, unknown>> {
  return {
    analysis: `The model's view of ${agent}.`,
    confidence: 0.75,
    key_findings: [`${agent} fact`],
    recommendations: ["Watch it"],
    risk: 0,
  };
}

/** A completion with the given text, in the provider's form. */
export function completion(content: unknown, finishReason = "stop", refusal?: string): Reply {
  const message = { role: "assistant", content, refusal: refusal ?? null };
  return {
    body: JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "test-model",
      choices: [{ index: 0, message, finish_reason: finishReason, logprobs: null }],
    }),
  };
}

/** The answer that fits, with parts replaced. */
export function answer(agent: string, replaced: Readonly<Record<string, unknown>> = {}): Reply {
  return completion(JSON.stringify({ ...ANSWERS[agent], ...replaced }));
}

/** A real HTTP server that speaks the chat-completions format. */
export class ModelServer {
  readonly requests: ChatRequest[] = [];
  /** May be changed at any time. */
  script: Script = (_request, agent) => answer(agent);
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((incoming, outgoing) => {
      void (async () => {
        const body = JSON.parse(await text(incoming)) as ChatRequest["body"];
        const request = { path: incoming.url ?? "", headers: incoming.headers, body };
        this.requests.push(request);
        const agent = body.response_format.json_schema.name.replace(/_analysis$/, "");
        const reply = await this.script(request, agent);
        if (reply !== null) {
          outgoing.writeHead(reply.status ?? 200, {
            "content-type": "application/json",
            ...reply.headers,
          });
          outgoing.end(reply.body);
        }
      })();
    });
  }

  static async start(): Promise<ModelServer> {
    const server = new ModelServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
