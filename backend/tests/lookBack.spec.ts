import assert from "node:assert/strict";
import { pick, seededRandom } from "../src/base/random.js";
import { THREAT_TYPES } from "../src/contract/signal.js";
import { word } from "../src/threats/facts.js";
import { generateSignal } from "../src/threats/generator.js";
import { alikeTo, type PastThreat } from "../src/threats/history.js";
import { lookBack, NOTHING_BEFORE } from "../src/threats/lookBack.js";
import { NOON, past, signalOf } from "./support/analysis.js";
import { randomHistory } from "./support/histories.js";

const MINUTE_MS = 60_000;

/** The same with nothing kept but what the rules ask for, one question after the other. */
function asked(threats: readonly PastThreat[]) {
  const cited = threats
    .slice(0, 5)
    .flatMap(({ decision: made }) => (made ? [`threats/${made.threatId}/${made.field}`] : []));
  const { by, at, note } = threats.find(({ decision }) => decision !== undefined)?.decision ?? {};
  return { count: threats.length, cited, last: by === undefined ? null : { by, at, note } };
}

describe("what is read of earlier threats", () => {
  it("is what each rule would find by itself", () => {
    const random = seededRandom(17);
    const found = new Set<string>();
    for (let times = 0; times < 1000; times += 1) {
      const signal = generateSignal(random, NOON, pick(random, THREAT_TYPES));
      const history = randomHistory(random, signal);
      const alike = history.filter(alikeTo(signal));
      const ofType = history.filter(({ threatType }) => threatType === signal.threat_type);
      const ofCustomer = history.filter(({ customer }) => customer === signal.customer_name);
      const asFalse = (past: PastThreat) => past.falsePositive;
      const asReal = (past: PastThreat) => past.confirmed === true;
      const address = word(signal.metadata, "source_ip");
      const { last: _, ...address_real } = asked(
        history.filter((past) => asReal(past) && address !== null && past.sourceIp === address),
      );
      const recent = ofType.filter(({ at }) => NOON - at < 10 * MINUTE_MS);
      const expected = {
        threats: history.length,
        alike: alike.length,
        alike_false: asked(alike.filter(asFalse)),
        alike_real: asked(alike.filter(asReal)),
        alike_noted: asked(alike.filter(({ decision }) => decision?.field === "note")),
        type_false: ofType.filter(asFalse).length,
        type_real: ofType.filter(asReal).length,
        customer_threats: ofCustomer.length,
        customer_false: ofCustomer.filter(asFalse).length,
        address_real,
        customers_hit: new Set(recent.map(({ customer }) => customer)).size,
        notes: ofCustomer.flatMap(({ note, at, threatType }) =>
          note === undefined ? [] : [{ note, at, same_type: threatType === signal.threat_type }],
        ),
      };
      assert.deepEqual(lookBack(signal, history, NOON), expected);
      Object.entries(expected)
        .filter(
          ([key, value]) => JSON.stringify(value) !== JSON.stringify(Object(NOTHING_BEFORE)[key]),
        )
        .forEach(([key]) => found.add(key));
    }
    assert.deepEqual([...found].sort(), Object.keys(NOTHING_BEFORE).sort());
  });

  it("is nothing without any, and grows with none but planted notes", () => {
    const signal = signalOf("bot_traffic", { source_ip: "198.51.100.1" });
    assert.deepEqual(lookBack(signal, [], NOON), NOTHING_BEFORE);
    const decided = (field: "status" | "confirmed" | "note", index: number) =>
      past({
        ...{ falsePositive: field === "status", confirmed: field === "confirmed" },
        decision: { threatId: `${index}`, field, by: "Ada", at: "2026", note: "x".repeat(200) },
      });
    const sizeOf = (threats: number): number => {
      const fields = ["status", "confirmed", "note"] as const;
      const history = Array.from({ length: threats }, (_, index) =>
        decided(fields[index % 3] ?? "note", 10_000 + index),
      );
      return JSON.stringify(lookBack(signal, history, NOON)).length;
    };
    assert.ok(sizeOf(200) - sizeOf(20) < 20, `${sizeOf(20)} and ${sizeOf(200)} characters`);
  });
});
