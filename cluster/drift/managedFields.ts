/**
 * Who set which field of an object, as the API server keeps it
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#managed-fields).
 */
import { isDeepStrictEqual } from "node:util";
import { isMap, type Values } from "../../config/values";
import { valueAt, type ItemStep, type Path, type Step } from "./paths";

/** One manager's fields. */
export interface FieldsEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** Such as `status` or `scale`, when it was set by that way. */
  readonly subresource?: string;
  /** When it set one of them last. */
  readonly time?: string;
  /** The fields as a tree, in the API's own notation. */
  readonly fieldsV1?: Values;
}

/** The entries of an object that was asked for with them. */
export function entriesOf(object: Values): FieldsEntry[] {
  const metadata = object["metadata"];
  const entries = isMap(metadata) ? metadata["managedFields"] : undefined;
  return Array.isArray(entries) ? (entries as FieldsEntry[]) : [];
}

/** Mark of a node's own value, beside what is in it. */
const SELF = ".";

/** The step that a key of a tree stands for; none for the mark of the node itself. */
function stepOf(key: string): Step | undefined {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case "f:":
      return rest;
    case "k:":
      return { key: JSON.parse(rest) as Values };
    case "v:":
      return { value: JSON.parse(rest) as unknown };
    case "i:":
      return { index: Number(rest) };
    default:
      return undefined;
  }
}

/** What a tree has for a step from a value, which tells whether two ways of naming an item mean the same. */
function childOf(tree: Values, value: unknown, step: Step): unknown {
  if (typeof step === "string") {
    return tree[`f:${step}`];
  }
  const item = valueAt(value, [step]);
  const found = Object.entries(tree).find(([key]) => {
    const named = stepOf(key);
    return (
      named !== undefined &&
      typeof named !== "string" &&
      item !== undefined &&
      isDeepStrictEqual(valueAt(value, [named satisfies ItemStep]), item)
    );
  });
  return found?.[1];
}

/**
 * Whether an entry has a field, a part of it, or a whole that it is a part of.
 *
 * @param object that the entry is of
 */
export function owns({ fieldsV1 }: FieldsEntry, object: unknown, path: Path): boolean {
  let tree: unknown = fieldsV1;
  let value = object;
  for (const step of path) {
    if (!isMap(tree)) {
      return false;
    }
    if (Object.keys(tree).length === 0) {
      // A list or a map that is only ever set as a whole.
      return true;
    }
    tree = childOf(tree, value, step);
    value = valueAt(value, [step]);
  }
  return isMap(tree);
}

/**
 * What an entry alone has put into an object: the largest wholes of which nobody else has a part.
 *
 * @param others entries of everybody else
 */
export function ownAlone(
  { fieldsV1 = {} }: FieldsEntry,
  object: unknown,
  others: readonly FieldsEntry[],
): Path[] {
  const walk = (tree: Values, path: Path): Path[] =>
    Object.entries(tree).flatMap(([key, below]): Path[] => {
      const step = stepOf(key);
      const at = step === undefined ? path : [...path, step];
      if (step === undefined || !isMap(below) || valueAt(object, at) === undefined) {
        return [];
      }
      const shared = others.some((entry) => owns(entry, object, at));
      const whole = SELF in below || Object.keys(below).length === 0;
      return whole && !shared ? [at] : walk(below, at);
    });
  return walk(fieldsV1, []);
}
