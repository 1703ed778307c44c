import assert from "node:assert/strict";
import { AGENT_KEYS } from "../src/contract/analysis.js";
import { eventually } from "./support/eventually.js";
import { answer, ModelServer, type Reply } from "./support/modelServer.js";
import { OtlpCollector, type ReceivedSpan } from "./support/otlp.js";
import { startLocalPod, type LocalPod } from "./support/pod.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const KEY = "sk-canary-key";
/** In what is asked, in what is answered, and in what a server that refuses repeats. */
const CANARY = "canary-4711";
const USAGE = { prompt_tokens: 1200, completion_tokens: 300 };
/** 1200 tokens at 2 USD and 300 at 8 USD for a million. */
const COST = 0.0048;

function answerWithUsage(agent: string, usage: unknown = USAGE): Reply {
  const reply = answer(agent, { analysis: `It is a ${CANARY}.`, key_findings: [CANARY] });
  return { body: JSON.stringify({ ...JSON.parse(reply?.body ?? ""), usage }) };
}

describe("what is told of the model", () => {
  let server: ModelServer;
  let collector: OtlpCollector;
  let pod: LocalPod;
  let lines: string[];

  beforeEach(async () => {
    server = await ModelServer.start();
    collector = await OtlpCollector.start();
    lines = [];
    const model = { apiKey: KEY, model: "test-model", baseUrl: server.url, temperature: 0.3 };
    const links = { trace: null, logs: null, alerts: null };
    pod = await startLocalPod(
      {
        model: { ...model, maxTokens: 700, timeoutSeconds: 20, prices: { input: 2, output: 8 } },
        tracing: { endpoint: collector.url, ratio: 1, links },
      },
      undefined,
      lines,
    );
    await eventually(() => lines.some((line) => line.includes("go to the collector")), "collector");
  });
  afterEach(async () => {
    await pod.app.close();
    await server.close();
    collector.close();
  });

  /** Has an alert judged in which the canary stands, and gives the spans of the questions. */
  const judge = async (): Promise<readonly ReceivedSpan[]> => {
    const data = { ...WAZUH_ALERT.data, note: CANARY };
    const sent = await pod.api.post("/api/threats/ingest/wazuh", { ...WAZUH_ALERT, data });
    assert.equal(sent.status, 202);
    const questions = () => collector.spans.filter(({ name }) => name.startsWith("chat "));
    await eventually(() => questions().length === AGENT_KEYS.length, "the spans");
    assert.ok(server.requests.some(({ body }) => JSON.stringify(body).includes(CANARY)));
    return questions();
  };
  /** Everything that leaves the process for the eyes of whoever runs it. */
  const telemetry = async (): Promise<string> => {
    const scrape = { headers: { accept: "application/openmetrics-text;version=1.0.0" } };
    const { text } = await pod.api.get("/metrics", scrape);
    return [text, ...lines, ...collector.messages.map((message) => message.toString())].join("\n");
  };
  const secrets = async (): Promise<readonly string[]> => {
    const told = await telemetry();
    return [CANARY, KEY].filter((secret) => told.includes(secret));
  };

  it("is each question below its agent, with tokens and cost, and not a word of it", async () => {
    server.script = (_request, agent) => answerWithUsage(agent);
    const questions = await judge();
    const agents = questions.map(({ attributes }) => attributes["gen_ai.agent.name"]);
    assert.deepEqual([...agents].sort(), AGENT_KEYS.map((key) => `${key}_agent`).sort());
    for (const { kind, name, parentId, attributes, failed } of questions) {
      assert.deepEqual([kind, name, failed], ["client", "chat test-model", false]);
      const { "gen_ai.agent.name": agent, ...others } = attributes;
      assert.equal(collector.spans.find(({ spanId }) => spanId === parentId)?.name, agent);
      assert.deepEqual(others, {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "test-model",
        "gen_ai.request.temperature": 0.3,
        "gen_ai.request.max_tokens": 700,
        "gen_ai.output.type": "json",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "test-model",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 1200,
        "gen_ai.usage.output_tokens": 300,
        "soc.model.cost_usd": COST,
        "server.address": "127.0.0.1",
        "server.port": Number(new URL(server.url).port),
      });
    }
    assert.deepEqual(await secrets(), []);
  });

  it("is counted by agent and type of threat", async () => {
    server.script = (_request, agent) => answerWithUsage(agent);
    await judge();
    const { text } = await pod.api.get("/metrics");
    const value = (name: string, ...labels: readonly string[]): number[] =>
      text
        .split("\n")
        .filter((line) => line.startsWith(`${name}{`) && labels.every((one) => line.includes(one)))
        .map((line) => Number(line.split(" ").at(-1)));
    const asker = ['agent_name="config_agent"', 'threat_type="device_compromise"'];
    const model = 'gen_ai_request_model="test-model"';
    const tokens = (type: string): number[] =>
      value("gen_ai_client_token_usage_total", ...asker, model, `gen_ai_token_type="${type}"`);
    assert.deepEqual([tokens("input"), tokens("output")], [[1200], [300]]);
    assert.deepEqual(value("soc_model_cost_usd_total", ...asker), [COST]);
    const others = value("soc_model_cost_usd_total", 'threat_type="geo_anomaly"');
    assert.deepEqual(others, [0, 0, 0, 0, 0]);
  });

  it("holds tokens of an answer that was of no use, and nothing of what a server repeats", async () => {
    server.script = ({ body }, agent) =>
      agent === "config"
        ? { body: JSON.stringify({ choices: [{ message: { content: CANARY } }], usage: USAGE }) }
        : { status: 400, body: JSON.stringify({ error: { message: JSON.stringify(body) } }) };
    const questions = await judge();
    for (const { attributes, failed } of questions) {
      assert.deepEqual([failed, attributes["error.type"]], [true, "ModelError"]);
    }
    const { text } = await pod.api.get("/metrics");
    const counted = text.split("\n").filter((line) => /^gen_ai.* (1200|300)$/.test(line));
    assert.equal(counted.length, 2);
    assert.deepEqual(await secrets(), []);
  });

  for (const usage of [null, 5, {}, { prompt_tokens: "many", completion_tokens: -1 }]) {
    it(`does without what a server tells of its tokens: ${JSON.stringify(usage)}`, async () => {
      server.script = (_request, agent) => answerWithUsage(agent, usage);
      const [question] = await judge();
      assert.equal(question?.failed, false);
      assert.equal(question?.attributes["gen_ai.usage.input_tokens"], undefined);
      assert.doesNotMatch((await pod.api.get("/metrics")).text, /^gen_ai.* [^0]\d*$/m);
    });
  }
});
