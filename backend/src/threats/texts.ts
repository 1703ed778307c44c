/** A text of a signal, and the field that it stands in. */
export interface FieldText {
  /** Such as `signal.metadata.raw.data.url`. */
  readonly field: string;
  readonly text: string;
}

/** Values of the metadata that are looked at: sensors send a few hundred. */
const MAX_VALUES = 5000;

/** Every text of the metadata, however deep, and every name that a value has there. */
export function textsIn(metadata: unknown): readonly FieldText[] {
  const texts: FieldText[] = [];
  const pending: FieldValue[] = [];
  const take = (field: string, value: unknown): void => {
    if (typeof value === "string") {
      texts.push({ field, text: value });
    } else if (typeof value === "object" && value !== null) {
      pending.push({ field, value });
    }
  };
  take("signal.metadata", metadata);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { field, value } = next;
    const listed = Array.isArray(value);
    for (const [name, item] of Object.entries(value)) {
      if (texts.length + pending.length >= MAX_VALUES) {
        return texts;
      }
      take(listed ? `${field}[${name}]` : `${field}.${name}`, item);
      if (!listed) {
        // A name may be written by whoever attacks, as may what stands under it.
        take(field, name);
      }
    }
  }
  return texts;
}

interface FieldValue {
  readonly field: string;
  readonly value: object;
}

/**
 * Words that deny what stands beside them. A part of a name, a path or a number is none: `C:\no\x`, `not-a-virus`,
 * `10.0.0.5`; and a zero only is one as a number of things: `0 files`.
 */
const DENIAL =
  /(?<![\w\\/-]|\w[.:])(?:(?:no|not|never|none|nothing|neither|nor|without|absent|clean|cannot|ruled out|free of)\b|(?:0|zero)(?= +[a-z]))(?![\\/_-]|[.:]\w)|n['’]t\b/i;

/** Where a clause ends. No mark takes the next one with it, so that a long run of them costs no more than other text. */
const CLAUSE_END = /[.;,!?](?=\s|$)|[\r\n]|\bbut\b/i;

/**
 * What a sentence of a sensor says: its clauses that deny nothing. One that does is not read at all, since what
 * exactly it denies cannot be told by words.
 */
export function assertionsOf(sentence: string): readonly string[] {
  return sentence.split(CLAUSE_END).filter((clause) => !DENIAL.test(clause));
}
