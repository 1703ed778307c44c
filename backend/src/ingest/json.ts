import { cut, LEAST } from "../base/bounded.js";

/** An object of JSON whose shape is not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value of JSON is an object, and neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value, and by which keys it was found. */
export interface Found {
  readonly value: unknown;
  readonly keys: readonly string[];
}

/** The keys in a path such as `rule.id`, `evidences[0].url`, or `output_fields[proc.name]`. */
export function keysOf(path: string): readonly string[] {
  return (path.match(/\[[^\]]*\]|[^.[]+/g) ?? []).map((key) => key.replace(/^\[(.*)\]$/, "$1"));
}

/**
 * The value under a path. Search results write `rule.id` as one key, and AWS's command line begins names
 * with a capital: both are found too. What is null or an empty text counts as absent.
 */
export function find(value: unknown, path: readonly string[]): Found | undefined {
  if (path.length === 0) {
    return value === undefined || value === null || value === "" ? undefined : { value, keys: [] };
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  for (let taken = path.length; taken > 0; taken -= 1) {
    const name = path.slice(0, taken).join(".");
    for (const key of [name, name.charAt(0).toUpperCase() + name.slice(1)]) {
      const inner = Object.hasOwn(value, key)
        ? find(Reflect.get(value, key), path.slice(taken))
        : undefined;
      if (inner !== undefined) {
        return { value: inner.value, keys: [key, ...inner.keys] };
      }
    }
  }
  return undefined;
}

/** What is kept at most of what no field of a table names. */
const MAX_DEPTH = 8;
const MAX_ENTRIES = 64;
const MAX_TEXT = 2000;
const MAX_CHARACTERS = 8000;

/** Collects a copy of JSON within bounds, and notes what had to be left out or cut. */
export class BoundedCopy {
  readonly #cut: string[] = [];
  #left = MAX_CHARACTERS;

  /** Paths of what was left out or cut, a few of them. */
  get cut(): readonly string[] {
    return this.#cut.slice(0, MAX_ENTRIES);
  }

  /**
   * A text, cut to a length.
   *
   * @param path how to name it if it is cut
   */
  text(value: string, path: string, most = MAX_TEXT): string {
    if (value.length <= most) {
      return value;
    }
    this.#cut.push(path);
    return cut(value, most);
  }

  /**
   * A copy of an object, without some values.
   *
   * @param without their keys from the object on, each list joined by {@link joined}
   */
  object(value: JsonObject, without: ReadonlySet<string>): JsonObject {
    return this.#object(value, without, []);
  }

  #object(value: JsonObject, without: ReadonlySet<string>, at: readonly string[]): JsonObject {
    const entries = Object.entries(value).filter(([key]) => !without.has(joined([...at, key])));
    return Object.fromEntries(
      this.#within(entries, at).flatMap(([key, inner]) => {
        const copy = this.#value(inner, without, [...at, key.slice(0, MAX_TEXT)]);
        // Nothing is left of an object all of whose values have names of their own.
        const emptied = isObject(copy) && isObject(inner) && isEmpty(copy) && !isEmpty(inner);
        return copy === undefined || emptied ? [] : [[key.slice(0, MAX_TEXT), copy]];
      }),
    );
  }

  #value(value: unknown, without: ReadonlySet<string>, at: readonly string[]): unknown {
    const path = at.join(".").slice(0, MAX_TEXT);
    if (this.#left < LEAST || at.length > MAX_DEPTH) {
      this.#cut.push(path);
      return undefined;
    }
    this.#left -= at.at(-1)?.length ?? 0;
    if (typeof value === "string") {
      const text = this.text(value, path, Math.min(MAX_TEXT, this.#left));
      this.#left -= text.length;
      return text;
    }
    if (Array.isArray(value)) {
      const items = value.map((item: unknown, index) => [String(index), item] as const);
      return this.#within(items, at)
        .map(([index, item]) => this.#value(item, without, [...at, index]))
        .filter((item) => item !== undefined);
    }
    if (isObject(value)) {
      return this.#object(value, without, at);
    }
    this.#left -= String(value).length;
    return value;
  }

  #within<T>(entries: readonly T[], at: readonly string[]): readonly T[] {
    if (entries.length > MAX_ENTRIES) {
      this.#cut.push(at.join("."));
    }
    return entries.slice(0, MAX_ENTRIES);
  }
}

function isEmpty(value: JsonObject): boolean {
  return Object.keys(value).length === 0;
}

/** Keys as one text that no other keys have. */
export function joined(keys: readonly string[]): string {
  return JSON.stringify(keys);
}
