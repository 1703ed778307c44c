import assert from "node:assert/strict";
import { Coordinator } from "../src/service/coordinator.js";
import { seededRandom } from "../src/base/random.js";
import { adversarialCase, ADVERSARIAL_SCENARIOS } from "../src/threats/adversarialScenarios.js";
import { generateSignal } from "../src/threats/generator.js";
import { History } from "../src/threats/history.js";
import { encodeThreat } from "../src/store/documents.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { count, humanName, sentence } from "../src/base/wording.js";
import { NOON, testClock } from "./support/analysis.js";

describe("words for people", () => {
  it("count one, many and none", () => {
    assert.deepEqual(
      [0, 1, 2].map((number) => count(number, "key")),
      ["no keys", "1 key", "2 keys"],
    );
    assert.equal(count(2, "anomaly", "anomalies"), "2 anomalies");
  });

  it("name what the API names by code", () => {
    assert.equal(humanName("bot_traffic"), "bot traffic");
    assert.equal(humanName("anomaly_detection"), "anomaly");
    assert.equal(humanName("block_ip"), "block the address");
    assert.equal(sentence("no threats"), "No threats");
  });
});

/** All that an analysis says in sentences. */
function textsOf(threat: ThreatAnalysis): readonly string[] {
  const { false_positive_score: score, adversarial_detection: detection } = threat;
  const plan = threat.response_plan;
  return [
    threat.executive_summary,
    threat.customer_narrative,
    threat.review_reason ?? "",
    ...Object.values(threat.agent_analyses).flatMap((agent) => [
      agent.analysis,
      ...agent.key_findings,
      ...agent.recommendations,
    ]),
    score?.explanation ?? "",
    ...(score?.indicators ?? []).map(({ description }) => description),
    detection?.explanation ?? "",
    detection?.recommendation ?? "",
    ...[...(detection?.contradictions ?? []), ...(detection?.anomalies ?? [])].map(
      ({ description }) => description,
    ),
    plan?.notes ?? "",
    ...(plan === null ? [] : [plan.primary_action, ...plan.secondary_actions]).map(
      ({ reason }) => reason,
    ),
    ...(threat.investigation_timeline?.events ?? []).flatMap(({ title, description }) => [
      title,
      description,
    ]),
  ];
}

/** Names of code, plurals left to the reader, and plurals of one. */
const CLUMSY = /\b[a-z]+_[a-z_]+\b|\w\((?:s|es|ies)\)|\b1 (?!\w+ss\b)[a-z]+s\b|\b0 [a-z]+s\b/;

describe("the texts of an analysis", () => {
  const texts = new Set<string>();

  before(async () => {
    const random = seededRandom(11);
    const history = new History(100);
    const coordinator = new Coordinator({ clock: testClock(), random });
    const keep = (threat: ThreatAnalysis): void =>
      textsOf(threat).forEach((text) => texts.add(text));
    for (let index = 0; index < 300; index += 1) {
      const signal = generateSignal(random, NOON - 300_000 + index * 1000);
      const threat = await coordinator.analyze(signal, history.recent());
      const { id, past } = encodeThreat(threat);
      history.add(id, past);
      keep(threat);
    }
    for (const name of ADVERSARIAL_SCENARIOS) {
      const detectorEnabled = name !== "note_poisoning_bypass";
      const { signal, ...planted } = adversarialCase(name, detectorEnabled, random, NOON);
      keep(await coordinator.analyze(signal, [], planted));
    }
  });

  it("have correct plurals and no names of code", () => {
    assert.ok(texts.size > 500, `${texts.size} texts`);
    const clumsy = [...texts].filter((text) => CLUMSY.test(text));
    assert.deepEqual(clumsy, []);
  });
});
