/** Maps as stack files and Helm values hold them. */

/** A JSON-like object, as stack files and Helm values hold. */
export type Values = { readonly [key: string]: unknown };

/** A value as an error names it: short, on one line. */
export function show(value: unknown): string {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

/** Whether a value is a map, not a list or a scalar. */
export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Merges maps the way Helm merges values files: maps key by key, anything else replaced.
 *
 * @returns a new map; neither argument is changed
 */
export function mergeValues(base: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = merged[name];
    merged[name] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
  }
  return merged;
}
