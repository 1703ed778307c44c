import assert from "node:assert/strict";
import { AGENTS } from "../src/agents/ruleAgents.js";
import { Coordinator } from "../src/service/coordinator.js";
import type { PhaseAttributes, PhaseSpan, PhaseTracer } from "../src/telemetry/phases.js";
import { seededRandom } from "../src/base/random.js";
import { generateSignal } from "../src/threats/generator.js";

interface Recorded {
  readonly attributes: Record<string, unknown>;
  ended: boolean;
}

/** Records the phases by name, in the order in which they begin. */
function recorder(): { readonly tracer: PhaseTracer; readonly phases: Map<string, Recorded> } {
  const phases = new Map<string, Recorded>();
  const run = <T>(name: string, attributes: PhaseAttributes, work: (span: PhaseSpan) => T): T => {
    assert.ok(!phases.has(name), `${name} runs once`);
    const phase: Recorded = { attributes: { ...attributes }, ended: false };
    phases.set(name, phase);
    const result = work({ set: (more) => void Object.assign(phase.attributes, more) });
    if (result instanceof Promise) {
      void result.finally(() => (phase.ended = true));
    } else {
      phase.ended = true;
    }
    return result;
  };
  return { tracer: { run }, phases };
}

describe("phases of an analysis", () => {
  const signal = generateSignal(seededRandom(1), Date.UTC(2026, 5, 10, 12), "bot_traffic");

  it("are all offered to the tracer, with what is known of each", async () => {
    const { tracer, phases } = recorder();
    const threat = await new Coordinator({ tracer }).analyze(signal, []);
    assert.deepEqual(
      [...phases.keys()],
      [
        "analyze_threat",
        "historical_agent",
        "config_agent",
        "devops_agent",
        "context_agent",
        "priority_agent",
        "fp_analyzer",
        "adversarial_detector",
        "response_engine",
        "timeline_builder",
      ],
    );
    assert.ok([...phases.values()].every((phase) => phase.ended));
    assert.deepEqual(phases.get("analyze_threat")?.attributes, {
      "threat.id": threat.id,
      "threat.analysis_id": threat.id,
      "signal.id": signal.id,
      "threat.type": "bot_traffic",
      "customer.name": signal.customer_name,
      "source.ip": signal.metadata["source_ip"],
      "threat.severity": threat.severity,
      "fp.score": threat.false_positive_score?.score,
      "adversarial.detected": false,
      requires_review: threat.requires_human_review,
    });
    const agent = phases.get("config_agent")?.attributes;
    assert.equal(agent?.["agent.name"], "Config Agent");
    assert.equal(agent?.["agent.confidence"], threat.agent_analyses.config.confidence);
    assert.equal(typeof agent?.["agent.duration_ms"], "number");
  });

  it("show an agent's error", async () => {
    const { tracer, phases } = recorder();
    const config = (): never => {
      throw new Error("no configuration");
    };
    await new Coordinator({ tracer, agents: { ...AGENTS, config } }).analyze(signal, []);
    assert.equal(phases.get("config_agent")?.attributes["agent.error"], "no configuration");
  });
});
