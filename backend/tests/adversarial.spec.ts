import assert from "node:assert/strict";
import { seededRandom } from "../src/random.js";
import { adversarialCase, ScenarioError } from "../src/threats/adversarial.js";

const NOON = Date.UTC(2026, 5, 10, 12);

describe("adversarial scenarios", () => {
  const play = (name: string, detector: boolean | null) =>
    adversarialCase(name, detector, seededRandom(1), NOON);

  const allowed = [
    ["note_poisoning_bypass", false, false, 18],
    ["note_poisoning_catch", true, true, 18],
    ["note_poisoning_catch", null, true, 18],
    ["note_poisoning_baseline", true, true, 0],
    ["note_poisoning_baseline", false, false, 0],
    ["note_poisoning_baseline", null, true, 0],
  ] as const;
  for (const [name, wish, detectorEnabled, incidents] of allowed) {
    it(`plays ${name} with the detector ${String(wish)}`, () => {
      const played = play(name, wish);
      assert.equal(played.detectorEnabled, detectorEnabled);
      assert.equal(played.incidents.length, incidents);
      assert.deepEqual(played.signal, play("note_poisoning_baseline", null).signal, "same attack");
    });
  }

  const refused = [
    ["note_poisoning_bypass", true, /needs adversarial_detector_enabled=false/],
    ["note_poisoning_bypass", null, /needs adversarial_detector_enabled=false/],
    ["note_poisoning_catch", false, /needs adversarial_detector_enabled=true/],
    ["toString", null, /Unknown adversarial scenario: toString\. Known are note_poisoning_bypass/],
  ] as const;
  for (const [name, wish, message] of refused) {
    it(`refuses ${name} with the detector ${String(wish)}`, () => {
      assert.throws(
        () => play(name, wish),
        (error) => error instanceof ScenarioError && message.test(error.message),
      );
    });
  }
});
