/** What differs between two values, place by place; items of lists are matched by what they are called. */
import { isDeepStrictEqual } from "node:util";
import { isMap, type Values } from "../config/values";
import { parseQuantity } from "./quantity";

/** A place in an object: keys of maps, and items of lists as `[name]` or `[number]`. */
export type FieldPath = readonly string[];

/** A place of an object where something else stands. */
export interface FieldChange {
  readonly path: FieldPath;
  /** What stood there; nothing did when undefined. */
  readonly before: unknown;
  /** What stands there; nothing does when undefined. */
  readonly after: unknown;
  /** Whether it is a list of the same items in another order, of which `before` and `after` are the names. */
  readonly order?: true;
}

/**
 * Keys that name the items of lists in Kubernetes' API, the best first: containers, variables, volumes and ports by
 * name, mounts by path, ports without a name by number, rules of an Ingress by host, its paths by path.
 */
const NAMES = ["name", "mountPath", "containerPort", "port", "host", "path", "ip", "key"];

/**
 * The differences between two values. Null counts as nothing, and amounts such as `1000m` and `1` as equal where they
 * are requests or limits.
 */
export function changedFields(
  before: unknown,
  after: unknown,
  path: FieldPath = [],
): FieldChange[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changedFields(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return changedItems(before, after, path);
  }
  if (isLong(before) && isLong(after)) {
    return changedLines(before, after, path);
  }
  const [old, now] = [before ?? undefined, after ?? undefined];
  return isSame(old, now, path) ? [] : [{ path, before: old, after: now }];
}

/** Whether a value is a text of several lines, such as a file in a ConfigMap. */
function isLong(value: unknown): value is string {
  return typeof value === "string" && value.trim().includes("\n");
}

/** A text's lines are its places, counted from 1. */
function changedLines(before: string, after: string, path: FieldPath): FieldChange[] {
  const lines = changedUnnamed(before.split("\n"), after.split("\n"), []);
  return lines.map(({ path: [at], ...change }) => ({
    ...change,
    path: at === undefined ? path : [...path, `[line ${Number(at.slice(1, -1)) + 1}]`],
  }));
}

function isSame(before: unknown, after: unknown, path: FieldPath): boolean {
  const isAmount = ["requests", "limits"].includes(path.at(-2) ?? "");
  const amount = isAmount && before !== undefined ? parseQuantity(before) : undefined;
  return (
    isDeepStrictEqual(before, after) ||
    (amount !== undefined && after !== undefined && amount === parseQuantity(after))
  );
}

function changedItems(
  before: readonly unknown[],
  after: readonly unknown[],
  path: FieldPath,
): FieldChange[] {
  const name = nameOf(before, after);
  return name === undefined
    ? changedUnnamed(before, after, path)
    : changedNamed(before as readonly Values[], after as readonly Values[], name, path);
}

/** The key by which the items of both lists can be told apart. */
function nameOf(...lists: readonly (readonly unknown[])[]): string | undefined {
  return NAMES.find((name) =>
    lists.every((list) => {
      const names = list.map((item) => (isMap(item) ? item[name] : undefined));
      return (
        names.every((one) => typeof one === "string" || typeof one === "number") &&
        new Set(names).size === list.length
      );
    }),
  );
}

function changedNamed(
  before: readonly Values[],
  after: readonly Values[],
  name: string,
  path: FieldPath,
): FieldChange[] {
  const named = (list: readonly Values[]) =>
    new Map(list.map((item) => [String(item[name]), item] as const));
  const [old, now] = [named(before), named(after)];
  const both = [...new Set([...old.keys(), ...now.keys()])];
  return [
    ...both.flatMap((key) => changedFields(old.get(key), now.get(key), [...path, `[${key}]`])),
    ...changedOrder([...old.keys()], [...now.keys()], path),
  ];
}

/** Items that stand in both lists are equal; one that is left of each is the same one, changed. */
function changedUnnamed(
  before: readonly unknown[],
  after: readonly unknown[],
  path: FieldPath,
): FieldChange[] {
  const text = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item));
  const [old, now] = [text(before), text(after)];
  const left = (own: readonly string[], other: readonly string[]) => {
    const rest = [...other];
    return own.flatMap((item, at) => {
      const found = rest.indexOf(item);
      return found < 0 ? [at] : (rest.splice(found, 1), []);
    });
  };
  const [gone, come] = [left(old, now), left(now, old)];
  const at = (index: number) => [...path, `[${index}]`];
  if (gone.length === 1 && come.length === 1) {
    const [from = 0] = gone;
    const [to = 0] = come;
    return changedFields(before[from], after[to], at(to));
  }
  return [
    ...gone.map((index) => ({ path: at(index), before: before[index], after: undefined })),
    ...come.map((index) => ({ path: at(index), before: undefined, after: after[index] })),
    ...changedOrder(old, now, path),
  ];
}

/** Another order of the items that both have: of variables, arguments and containers it means something. */
function changedOrder(
  before: readonly string[],
  after: readonly string[],
  path: FieldPath,
): FieldChange[] {
  const old = before.filter((item) => after.includes(item));
  const now = after.filter((item) => before.includes(item));
  return isDeepStrictEqual(old, now) ? [] : [{ path, before: old, after: now, order: true }];
}

/** A place as people write it: `spec.containers[backend].image`, `metadata.labels["helm.sh/chart"]`. */
export function showPath(path: FieldPath): string {
  return path
    .map((step) =>
      step.startsWith("[")
        ? step
        : /^[\w-]+$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join("")
    .replace(/^\./, "");
}
