/**
 * A JSON value in which half of a character, as whoever cuts texts leaves it, is replaced: not all can read it. Most
 * values hold none, and are given back as they are.
 */
export function wellFormed(value: unknown): unknown {
  return isWellFormed(value) ? value : repaired(value);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") {
    return value.isWellFormed();
  }
  if (typeof value !== "object" || value === null) {
    return true;
  }
  if (Array.isArray(value)) {
    return value.every(isWellFormed);
  }
  for (const key in value) {
    if (!key.isWellFormed() || !isWellFormed((value as Readonly<Record<string, unknown>>)[key])) {
      return false;
    }
  }
  return true;
}

function repaired(value: unknown): unknown {
  if (typeof value === "string") {
    return value.toWellFormed();
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Array.isArray(value)
    ? value.map(repaired)
    : Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key.toWellFormed(), repaired(item)]),
      );
}
