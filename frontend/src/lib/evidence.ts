import { formatCount, humanize } from "./text";
import { isObject } from "./messages";

/** One fact of a signal, for people. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Whether it is an identifier or the like, to be read letter by letter. */
  readonly code: boolean;
}

/**
 * The free-form facts of a signal, as names and values. What lies deeper gets the whole way to it
 * as its name; what says nothing (null, an empty list) is left out.
 */
export function evidenceOf(metadata: Readonly<Record<string, unknown>>, path = ""): Fact[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    const name = path ? `${path}, ${humanize(key).toLowerCase()}` : humanize(key);
    return isObject(value) ? evidenceOf(value, name) : factsOf(name, value);
  });
}

function factsOf(name: string, value: unknown): Fact[] {
  if (value === null || value === undefined || value === "") {
    return [];
  }
  if (Array.isArray(value)) {
    const texts = value.map((item) => valueText(item));
    return texts.length > 0 ? [{ name, value: texts.join(", "), code: false }] : [];
  }
  // Words have spaces; addresses, ids, paths and user agents have digits, slashes or underscores.
  const code = typeof value === "string" && /[\d/_@:]/.test(value);
  return [{ name, value: valueText(value), code }];
}

function valueText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isInteger(value) ? formatCount(value) : String(value);
    case "boolean":
      return value ? "yes" : "no";
    default:
      return JSON.stringify(value);
  }
}
