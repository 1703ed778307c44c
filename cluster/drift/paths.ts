/** Ways into Kubernetes objects, whose lists are told apart by what their items have, not by where they stand. */
import { isDeepStrictEqual } from "node:util";
import { isMap, type Values } from "../../config/values";

/** An item of a list: by fields that it alone has, by its value, or by its place. */
export type ItemStep =
  { readonly key: Values } | { readonly value: unknown } | { readonly index: number };

/** A step into an object: the name of a field, or an item of a list. */
export type Step = string | ItemStep;

/** A way into an object. */
export type Path = readonly Step[];

/** A field whose value differs. */
export interface Difference {
  readonly path: Path;
  /** Unset where there is to be none. */
  readonly wanted: unknown;
  /** Unset where there is none. */
  readonly found: unknown;
}

/** Fields that tell items of a list apart, by the lists that the API has; the first that all items have are taken. */
const KEYS: readonly (readonly string[])[] = [
  ["name"],
  ["mountPath"],
  ["containerPort", "protocol"],
  ["port", "protocol"],
  ["topologyKey", "whenUnsatisfiable"],
  ["ip"],
];

/** What is at the end of a way; nothing when it does not lead there. */
export function valueAt(object: unknown, path: Path): unknown {
  return path.reduce((value, step) => into(value, step), object);
}

function into(value: unknown, step: Step): unknown {
  if (typeof step === "string") {
    return isMap(value) ? value[step] : undefined;
  }
  return Array.isArray(value) ? (value as unknown[])[indexOf(value, step)] : undefined;
}

/** Where a list has an item; -1 when it has it not. */
function indexOf(list: readonly unknown[], step: ItemStep): number {
  if ("index" in step) {
    return step.index;
  }
  return list.findIndex((item) =>
    "key" in step
      ? Object.entries(step.key).every(
          ([name, value]) => isMap(item) && isDeepStrictEqual(item[name], value),
        )
      : isDeepStrictEqual(item, step.value),
  );
}

/**
 * A way as JSON Patch takes it (RFC 6901), with the places that items have in an object now.
 *
 * @returns nothing when it does not lead anywhere in this object
 */
export function pointerTo(object: unknown, path: Path): (string | number)[] | undefined {
  const pointer: (string | number)[] = [];
  let value = object;
  for (const step of path) {
    pointer.push(
      typeof step === "string" ? step : Array.isArray(value) ? indexOf(value, step) : -1,
    );
    value = into(value, step);
    if (value === undefined) {
      return undefined;
    }
  }
  return pointer;
}

/** Copies an object without what is at the ends of some ways. */
export function without<T>(object: T, paths: readonly Path[]): T {
  const copy = structuredClone(object);
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1));
    const last = path.at(-1);
    if (Array.isArray(parent) && typeof last === "object") {
      const index = indexOf(parent, last);
      parent.splice(index, index < 0 ? 0 : 1);
    } else if (isMap(parent) && typeof last === "string") {
      Reflect.deleteProperty(parent, last);
    }
  }
  return copy;
}

/** A way as people read it: `spec.containers[name=web].image`. */
export function showPath(path: Path): string {
  return path.map(showStep).join("").replace(/^\./, "");
}

function showStep(step: Step): string {
  if (typeof step === "string") {
    return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  if ("index" in step) {
    return `[${step.index}]`;
  }
  return "key" in step
    ? `[${Object.entries(step.key)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(",")}]`
    : `[${JSON.stringify(step.value)}]`;
}

/** Where a value differs from the one that is wanted, as deep as the two can be held side by side. */
export function differences(wanted: unknown, found: unknown, path: Path = []): Difference[] {
  if (isDeepStrictEqual(wanted, found)) {
    return [];
  }
  if (isMap(wanted) && isMap(found)) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
    return names.flatMap((name) => differences(wanted[name], found[name], [...path, name]));
  }
  if (Array.isArray(wanted) && Array.isArray(found)) {
    const steps = itemSteps(wanted, found);
    if (steps) {
      return steps.flatMap((step) =>
        differences(into(wanted, step), into(found, step), [...path, step]),
      );
    }
  }
  return [{ path, wanted, found }];
}

/** The items of two lists; nothing when one cannot be told to be the other's. */
function itemSteps(wanted: readonly unknown[], found: readonly unknown[]): ItemStep[] | undefined {
  const all = [...wanted, ...found];
  if (!all.every(isMap)) {
    return undefined;
  }
  const names = KEYS.find((names) => [wanted, found].every((list) => areKeys(list, names)));
  if (names) {
    const keys = all.map((item) => JSON.stringify(names.map((name) => [name, item[name]])));
    return [...new Set(keys)].map((key) => ({
      key: Object.fromEntries(JSON.parse(key) as [string, unknown][]),
    }));
  }
  return wanted.length === found.length ? wanted.map((_, index) => ({ index })) : undefined;
}

/** Whether every item has these fields, and no two have the same in them. */
function areKeys(list: readonly unknown[], names: readonly string[]): boolean {
  const keys = list.map((item) =>
    isMap(item) && names.every((name) => item[name] !== undefined)
      ? JSON.stringify(names.map((name) => item[name]))
      : undefined,
  );
  return !keys.includes(undefined) && new Set(keys).size === list.length;
}
