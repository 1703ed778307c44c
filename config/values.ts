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

/**
 * What a chart's templates see of its values: the defaults with others laid over them, as Helm does it. A null takes
 * a default away; one that meets no default stays.
 *
 * @returns a new map; neither argument is changed
 */
export function coalesceValues(defaults: Values, over: Values): Values {
  const coalesced: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(over)) {
    const before = coalesced[name];
    if (value === null && name in defaults) {
      delete coalesced[name];
    } else {
      coalesced[name] = isMap(before) && isMap(value) ? coalesceValues(before, value) : value;
    }
  }
  return coalesced;
}

/** Whether a value is a null, or has one in it. Only lists and plain maps are looked into: an output is none. */
export function hasNull(value: unknown): boolean {
  const inside =
    Array.isArray(value) || (isMap(value) && Object.getPrototypeOf(value) === Object.prototype);
  return value === null || (inside && Object.values(value).some(hasNull));
}
