import { THREAT_TYPES, type TriggerRequest } from "../types";
import { humanize } from "./text";

/** One entry of the trigger menu. */
export interface Trigger {
  readonly name: string;
  /** What is special about it, in a few words. */
  readonly hint?: string;
  readonly request: TriggerRequest;
}

/** A random threat of a random kind. */
export const RANDOM_TRIGGER: Trigger = { name: "Random threat", request: {} };

/** Everything that the backend can be asked for, as the menu groups it. */
export const TRIGGER_GROUPS: readonly {
  readonly title: string;
  readonly triggers: readonly Trigger[];
}[] = [
  {
    title: "By type",
    triggers: THREAT_TYPES.map((type) => ({
      name: humanize(type),
      request: { threat_type: type },
    })),
  },
  {
    title: "Scenarios",
    triggers: [
      scenario("crypto_surge", "A trading surge at CryptoExchange Pro"),
      scenario("bot_attack", "3,500 scripted requests to RetailMax"),
      scenario("geo_impossible", "Impossible travel at Global Finance"),
      scenario("critical_threat", "A taken-over device at HealthCare Plus"),
    ],
  },
  {
    title: "Adversarial",
    triggers: [
      {
        name: "Note poisoning, bypass",
        hint: "Forged notes mislead agents, detector off",
        request: {
          adversarial_scenario: "note_poisoning_bypass",
          adversarial_detector_enabled: false,
        },
      },
      {
        name: "Note poisoning, catch",
        hint: "The same forged notes with the detector on",
        request: {
          adversarial_scenario: "note_poisoning_catch",
          adversarial_detector_enabled: true,
        },
      },
      {
        name: "Note poisoning, baseline",
        hint: "The same attack with honest notes",
        request: { adversarial_scenario: "note_poisoning_baseline" },
      },
    ],
  },
];

function scenario(name: string, hint: string): Trigger {
  return { name: humanize(name), hint, request: { scenario: name } };
}
