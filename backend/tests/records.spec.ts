import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { Redis } from "ioredis";
import { AGENT_KEYS } from "../src/contract/analysis.js";
import type { IngestReport } from "../src/contract/responses.js";
import { THREAT_TYPES } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import {
  VERDICT_REPLAY,
  type VerdictRecord,
  type VerdictReplay,
} from "../src/contract/verdictRecord.js";
import { rulesVersion } from "../src/service/rulesVersion.js";
import { KEYS } from "../src/store/keys.js";
import { ADVERSARIAL_SCENARIOS } from "../src/threats/adversarialScenarios.js";
import { word } from "../src/threats/facts.js";
import { FALCO_SAMPLES } from "./support/alerts/falco.js";
import { GUARDDUTY_SAMPLES } from "./support/alerts/guardduty.js";
import { OCSF_SAMPLES } from "./support/alerts/ocsf.js";
import { SURICATA_SAMPLES } from "./support/alerts/suricata.js";
import { WAZUH_SAMPLES } from "./support/alerts/wazuh.js";
import type { Api } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { answer, ModelServer } from "./support/modelServer.js";
import { startLocalPod } from "./support/pod.js";
import { usePods } from "./support/stores.js";
import { WAZUH_ALERT } from "./support/wazuh.js";

const SAMPLES = {
  wazuh: WAZUH_SAMPLES,
  suricata: SURICATA_SAMPLES,
  falco: FALCO_SAMPLES,
  guardduty: GUARDDUTY_SAMPLES,
  ocsf: OCSF_SAMPLES,
};

const recordAt = (api: Api, id: string) => api.get(`/api/threats/${id}/record`);

/** The record of a threat, which must come out the same. */
async function same(api: Api, id: string): Promise<VerdictReplay> {
  const { status, text, json } = await recordAt(api, id);
  assert.equal(status, 200, text);
  const replayed = VERDICT_REPLAY.parse(json);
  assert.deepEqual([replayed.threat_id, replayed.replays], [id, "same"], text);
  return replayed;
}

for (const [kind, podCount] of [
  ["memory", 1],
  ["redis", 3],
] as const) {
  describe(`records of verdicts, ${podCount} pod(s) on the ${kind} store`, () => {
    const suite = usePods(kind, podCount, { demo: true, maxStoredThreats: 500 });
    const api = (index: number): Api => suite.pods[index % podCount]?.api as Api;

    const taken = async (index: number, source: string, alert: object): Promise<string> => {
      const { status, text, json } = await api(index).post(`/api/threats/ingest/${source}`, [
        alert,
      ]);
      assert.equal(status, 202, text);
      return (json as IngestReport).results[0]?.id ?? "";
    };

    it("come out the same on every pod: all types, scenarios, sources, and what people decide", async () => {
      const ids: string[] = [];
      for (const threat_type of THREAT_TYPES) {
        ids.push((await api(ids.length).trigger({ threat_type })).id);
      }
      for (const adversarial_scenario of ADVERSARIAL_SCENARIOS) {
        const adversarial_detector_enabled = adversarial_scenario !== "note_poisoning_bypass";
        const wish = { adversarial_scenario, adversarial_detector_enabled };
        ids.push((await api(ids.length).trigger(wish)).id);
      }
      for (const [source, samples] of Object.entries(SAMPLES)) {
        for (const { alert } of samples) {
          ids.push(await taken(ids.length, source, alert));
        }
      }
      const { id, signal } = await api(0).trigger({ scenario: "critical_threat" });
      const decisions = [
        { confirmed: true, note: "Seen" },
        { status: "resolved", assignee: "Ada" },
        { status: "completed" },
      ];
      for (const [index, decision] of decisions.entries()) {
        const { status } = await api(index).patch(id, { version: index + 1, ...decision });
        assert.equal(status, 200);
      }
      const blocked = {
        ...{ timestamp: Date.now() / 1000, source_pod: "backend-1", blocked_by: "policy" },
        attempted_destination: `${word(signal.metadata, "source_ip") ?? "198.51.100.1"}:443`,
      };
      assert.equal((await api(1).post("/api/egress-violations", blocked)).status, 202);
      const { id: _, timestamp: __, ...again } = signal;
      ids.push(id, await taken(2, "", again));
      ids.push(await taken(0, "wazuh", { ...WAZUH_ALERT, id: "with a package of a feed" }));
      const parts = new Set<string>();
      for (const [index, each] of ids.entries()) {
        const { record, rules } = await same(api(index), each);
        assert.deepEqual([record.rules, rules], [rulesVersion(), rulesVersion()]);
        [...Object.keys(record), ...Object.keys(record.past)].forEach((part) => parts.add(part));
      }
      for (const part of ["egress", "intel", "detector", "notes", "alike_real", "customers_hit"]) {
        assert.ok(parts.has(part), `${part} is in no record`);
      }
    });

    it("follow a newer version of an alert, and its end", async () => {
      const finding = GUARDDUTY_SAMPLES[0]?.alert ?? {};
      const at = (minute: string, archived: boolean) => ({
        ...{ ...finding, id: "newer", updatedAt: `2026-03-04T05:${minute}:00.000Z` },
        service: { ...(finding["service"] as object), archived },
      });
      const id = await taken(0, "guardduty", at("10", false));
      const first = await same(api(1), id);
      await api(1).patch(id, { version: 1, note: "Ours" });
      assert.equal(await taken(1, "guardduty", at("11", true)), id);
      const last = await same(api(2), id);
      assert.notEqual(last.record.started, first.record.started);
      assert.equal(last.record.closed, true);
      const threat = (await api(0).get(`/api/threats/${id}`)).json as ThreatAnalysis;
      assert.deepEqual([threat.status, threat.note, threat.version], ["resolved", "Ours", 3]);
    });

    it("are gone with their threats, and are in no list", async () => {
      const { id } = await api(0).trigger({});
      await same(api(0), id);
      assert.doesNotMatch((await api(0).get("/api/threats")).text, /"ticks"/);
      await api(0).post("/api/demo/reset", "");
      const { status, json } = await recordAt(api(0), id);
      assert.deepEqual([status, json], [404, { detail: "Threat not found" }]);
    });
  });
}

describe("records of verdicts by other backends", () => {
  const suite = usePods("redis", 1);
  const api = (): Api => suite.pods[0]?.api as Api;
  let raw: Redis;
  before(() => (raw = new Redis(suite.redis?.url ?? "")));
  after(() => raw.disconnect());

  /** Changes what is in the record of a threat. */
  const change = async (id: string, changed: object): Promise<void> => {
    const record = JSON.parse((await raw.hget(KEYS.records, id)) ?? "{}") as object;
    await raw.hset(KEYS.records, id, JSON.stringify({ ...record, ...changed }));
  };
  const replays = async (id: string) => ((await recordAt(api(), id)).json as VerdictReplay).replays;

  it("are said to be of other rules where they come out differently, and else to be the same", async () => {
    const { id } = await api().trigger({});
    await change(id, { rules: "0123456789abcdef" });
    assert.equal(await replays(id), "same");
    await change(id, { intel: [{ ...FEED, ioc_value: "other" }] });
    assert.equal(await replays(id), "other_rules");
    await change(id, { rules: rulesVersion() });
    assert.equal(await replays(id), "differs");
  });

  it("are not there where none was kept, or that of an earlier verdict", async () => {
    const detail = "No record: a backend that keeps none has judged this threat";
    const { id } = await api().trigger({});
    await change(id, { started: 1 });
    const stale = await recordAt(api(), id);
    assert.deepEqual([stale.status, stale.json], [404, { detail }]);
    await raw.hdel(KEYS.records, id);
    const none = await recordAt(api(), id);
    assert.deepEqual([none.status, none.json], [404, { detail }]);
  });

  it("are not there where something else stands in their place, or in that of the threat", async () => {
    const { id, ...threat } = await api().trigger({});
    const whole = (await raw.hget(KEYS.records, id)) ?? "";
    const { ticks, ...record } = JSON.parse(whole) as VerdictRecord;
    const agents = [...AGENT_KEYS, AGENT_KEYS[0]].map((agent) => ({ agent, rules: true }));
    const nested = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const answer = { analysis: "", confidence: 0, findings: [], recommendations: [], risk: 0 };
    const deep = { ...answer, sources: [], output: { deep: "DEEP" } };
    const others = [
      ...["", "no record", "5", "null", '"text"', "[]", "{}", whole.slice(1), gzipSync(whole)],
      // Times that no calendar has, and an agent that would wait for itself.
      JSON.stringify({ ...record, ticks: [ticks[0], ...Array<number>(2000).fill(9e15)] }),
      JSON.stringify({ ...record, ticks, agents }),
      JSON.stringify({ ...record, ticks, agents: [{ agent: "config", finding: deep }] }).replace(
        '"DEEP"',
        nested,
      ),
    ];
    const missing = async (what: string): Promise<void> => {
      const { status, text } = await recordAt(api(), id);
      assert.equal(status, 404, `${what}: ${text}`);
      assert.match(text, /No record/);
    };
    for (const other of others) {
      await raw.hset(KEYS.records, { [id]: other });
      await missing(other.toString().slice(0, 200));
    }
    await raw.hset(KEYS.records, id, whole);
    for (const changed of [
      { investigation_timeline: { events: 5 } },
      { investigation_timeline: { ...threat.investigation_timeline, events: [null] } },
      { signal: { ...threat.signal, mitre_hints: null } },
    ]) {
      await raw.set(KEYS.threat(id), JSON.stringify({ id, ...threat, ...changed }));
      await missing(JSON.stringify(changed));
    }
    await raw.set(KEYS.threat(id), JSON.stringify({ id, ...threat }));
    assert.equal(await replays(id), "same");
  });
});

const FEED = {
  ...{ ioc_type: "package", ioc_value: "com.example.stealer", source: "feed" },
  ...{ description: "Steals", date_added: "2026-01-01T00:00:00.000000" },
  ...{ confidence: 0.9, threat_actor: null },
};

describe("records of verdicts with a model", () => {
  let server: ModelServer;
  before(async () => {
    server = await ModelServer.start();
    server.script = async (_request, agent) => {
      if (agent === "historical") {
        // The first that is asked is the last that has an answer.
        await eventually(() => server.requests.length % 5 === 0, "the others have asked");
      }
      return agent === "devops" ? answer(agent, { risk: "none" }) : answer(agent);
    };
  });
  after(() => server.close());

  it("come out the same without asking it again", async () => {
    const model = { apiKey: "sk-canary", model: "scripted", baseUrl: server.url };
    const { app, api } = await startLocalPod({
      model: { ...model, temperature: 0, maxTokens: 700, timeoutSeconds: 20 },
    });
    try {
      const { id } = await api.trigger({ scenario: "bot_attack" });
      const asked = server.requests.length;
      const { record } = await same(api, id);
      assert.equal(server.requests.length, asked);
      const kinds = record.agents?.map((taken) => Object.keys(taken).sort().join(" "));
      assert.deepEqual(kinds?.sort(), [
        ...Array<string>(4).fill("agent answer source"),
        "agent fallback",
      ]);
      assert.doesNotMatch(JSON.stringify(record), /canary/);
    } finally {
      await app.close();
    }
  });
});
