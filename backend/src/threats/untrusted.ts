import {
  hidesSomething,
  HUMAN_FAMILIES,
  legible,
  MACHINE_FAMILIES,
  type Family,
} from "./injectionFamilies.js";

/**
 * Texts that come from outside (notes, user agents, statements of customers) may be written for the
 * analysis instead of for people. What follows finds such texts. It is one layer only: a model never
 * gets them but as marked data, and its answer is compared with the rules'.
 */

/** Characters of a text that are looked at: the longest log lines have fewer. */
const MAX_SCANNED = 40_000;

/** The families of instruction that a text of people shows; none for ordinary text. */
export function injections(text: string): readonly string[] {
  return [...shown(text, HUMAN_FAMILIES), ...hidden(text)];
}

/** The families of instruction that a text of a machine shows, such as a log line; none for an ordinary one. */
export function machineInjections(text: string): readonly string[] {
  return [...shown(text, MACHINE_FAMILIES), ...hidden(text, true)];
}

const hidden = (text: string, byMachine = false): readonly string[] =>
  hidesSomething(text.slice(0, MAX_SCANNED), byMachine) ? ["hidden"] : [];

function shown(text: string, families: Readonly<Record<string, Family>>): readonly string[] {
  const read = legible(text.slice(0, MAX_SCANNED));
  return Object.keys(families).filter((name) => families[name]?.some((sign) => sign.test(read)));
}

/** What stands in the place of a text that shows instructions. */
const WITHHELD = "[withheld: reads like instructions]";

/**
 * A text as it may be shown to a model: without control characters, cut to a length, and withheld as a
 * whole if it shows instructions, since a part of it could still carry the meaning.
 *
 * @param maxLength in characters
 */
export function hygienic(text: string, maxLength = 500): string {
  if (injections(text).length > 0) {
    return WITHHELD;
  }
  const plain = text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim();
  return plain.length > maxLength ? `${plain.slice(0, maxLength)}…` : plain;
}

/** Words by which a text claims that nothing is wrong. */
const BENIGN =
  /\b(?:benign|harmless|legitimate|expected|authori[sz]ed|approved|planned|scheduled|routine|white-?list(?:ed)?|allow-?listed|false[ -]positive|no threat|nothing to worry|load test|pen(?:etration)? ?test)\b/i;
/** ... unless they are denied. */
const DENIED =
  /\b(?:not|never|no longer|isn.t|wasn.t)[ -]?(?:a |an |been )?(?:benign|harmless|legitimate|expected|authori[sz]ed|approved|planned|scheduled|routine|white-?listed|allow-?listed|false)/i;

/** Whether a text claims that what happened is harmless. */
export function claimsHarmless(text: string): boolean {
  return BENIGN.test(text) && !DENIED.test(text);
}
