import { round } from "../../base/numbers.js";
import { claimsHarmless } from "../../threats/untrusted.js";
import type { Note } from "../../contract/seen.js";
import { anomaly, type Check } from "./evidence.js";

/** So many notes cut from one cloth are no accident. */
const MIN_COPIES = 5;
/** So many leave no doubt. */
const SURE_COPIES = 10;
/** Short remarks ("closed, false positive") repeat themselves honestly. */
const MIN_WORDS = 5;
const EXAMPLES = 3;

/**
 * Notes that were made up to call a kind of attack harmless: they repeat one wording, names and numbers
 * aside, on incidents of the same kind and customer as the signal, and are most of what there is.
 */
export const fabricatedNotes: Check = ({ input: { signal, past } }) => {
  const notes = past.notes.filter(({ note, same_type }) => same_type && claimsHarmless(note));
  if (notes.length < MIN_COPIES) {
    return [];
  }
  const copies = largestGroup(notes);
  if (copies.length < MIN_COPIES || copies.length * 2 < notes.length) {
    return [];
  }
  const times = copies.map(({ at }) => at);
  return [
    {
      vector: "note_poisoning",
      fields: ["signal.customer_name", "signal.threat_type"],
      anomaly: anomaly({
        type: "fabricated_notes",
        description: `${copies.length} of ${notes.length} notes that call such attacks on ${signal.customer_name} harmless are copies of one text`,
        severity: copies.length >= SURE_COPIES ? "critical" : "high",
        indicators: copies.slice(0, EXAMPLES).map(({ note }) => note),
        confidence: round(Math.min(0.99, 0.5 + (0.5 * copies.length) / notes.length)),
        metadata: {
          copies: copies.length,
          notes: notes.length,
          span_minutes: Math.round((Math.max(...times) - Math.min(...times)) / 60_000),
        },
      }),
    },
  ];
};

function largestGroup(notes: readonly Note[]): readonly Note[] {
  const groups = new Map<string, Note[]>();
  for (const note of notes) {
    const wording = wordingOf(note.note);
    if (wording.split(" ").length >= MIN_WORDS) {
      groups.set(wording, [...(groups.get(wording) ?? []), note]);
    }
  }
  return [...groups.values()].reduce<readonly Note[]>(
    (largest, group) => (group.length > largest.length ? group : largest),
    [],
  );
}

/** What stays of a text when numbers, names of machines and signs are taken out. */
function wordingOf(note: string): string {
  return note
    .toLowerCase()
    .replace(/\S*\d\S*/g, " ")
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}
