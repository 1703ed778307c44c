/**
 * Texts that come from outside (notes, user agents, statements of customers) may be written for the
 * analysis instead of for people. What follows finds such texts. It is one layer only: a model never
 * gets them but as marked data, and its answer is compared with the rules'.
 */

/** Families of wording that address a model or the analysis; wording of people at work matches none. */
const FAMILIES: Readonly<Record<string, RegExp>> = {
  override:
    /\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|your|system)\b.{0,30}\b(?:instruction|prompt|rule|guideline|context|direction|polic)/is,
  role: /\b(?:you are now|act as (?:an?|the|if)\b|pretend (?:to be|you)|from now on you|new (?:role|persona|instructions?)\s*:)/i,
  markup:
    /<\/?(?:system|assistant|user|instructions?|prompt|untrusted)\b[^>]*>|<\|[a-z_]+\|>|\[\/?INST\]|^\s*#{2,}\s*(?:system|instructions?)\b/im,
  speaker: /^\s*(?:system|assistant|developer)\s*:/im,
  secrets:
    /\b(?:reveal|print|repeat|show|output|leak)\b.{0,30}\b(?:system prompt|your (?:instructions?|prompt)|api[ _-]?key|secret|password)/i,
  verdict:
    /\b(?:set|mark|classify|rate|treat|report|change|lower|downgrade)\b.{0,40}\b(?:severity|as (?:a )?(?:false[ _-]positive|benign|harmless|safe|info|low)\b|risk (?:score )?(?:to|as))/i,
  format:
    /\b(?:respond|answer|reply|output)\b.{0,20}\b(?:only|exactly|with)\b.{0,40}(?:\{|json|["'`])|"?(?:severity|risk|confidence)"?\s*:\s*"?(?:low|info|none|-?\d)/i,
  hidden: /[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]|[\u{e0000}-\u{e007f}]/u,
};

const MAX_SCANNED = 4000;

/** The families of instruction that a text shows; none for ordinary text. */
export function injections(text: string): readonly string[] {
  const scanned = text.slice(0, MAX_SCANNED);
  return Object.keys(FAMILIES).filter((family) => FAMILIES[family]?.test(scanned));
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
