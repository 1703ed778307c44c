/**
 * What stands at a path such as `signal.metadata.indicators[2]`. Names may have dots of their own, so that all ways
 * of reading a path are tried.
 *
 * @returns undefined if there is nothing
 */
export function fieldIn(value: unknown, path: string): unknown {
  if (path === "" || typeof value !== "object" || value === null) {
    return path === "" ? value : undefined;
  }
  const names = Object.keys(value).filter(
    (name) =>
      path.startsWith(keyed(value, name)) && /^$|^[.[]/.test(path.slice(keyed(value, name).length)),
  );
  return names
    .map((name) =>
      fieldIn(
        (value as Readonly<Record<string, unknown>>)[name],
        path.slice(keyed(value, name).length).replace(/^\./, ""),
      ),
    )
    .find((found) => found !== undefined);
}

function keyed(value: object, name: string): string {
  return Array.isArray(value) ? `[${name}]` : name;
}
