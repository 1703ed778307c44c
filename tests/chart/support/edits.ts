/** Edits of what a stack makes, as somebody would make them in a chart or a stack's file. */
import { objectName, type KubernetesObject } from "../../../plan/objects";
import type { Target } from "../../../plan/rules/rule";

/** A step into a value: a key, a place in a list, or `+` for the place behind its end. */
type Step = string | number;

/** An edit of a target. It leaves the one that it was given as it is. */
export type Edit = (target: Target) => Target;

/** All of them, one after the other. */
export function all(...edits: readonly Edit[]): Edit {
  return (target) => edits.reduce((edited, edit) => edit(edited), target);
}

/** Another object. */
export function add(object: KubernetesObject): Edit {
  return (target) => ({ ...target, objects: [...target.objects, object] });
}

/** One object less. */
export function drop(name: string): Edit {
  return (target) => {
    find(target, name);
    return { ...target, objects: target.objects.filter((one) => objectName(one) !== name) };
  };
}

/** Another value at a place of an object, in the place of what is there; `undefined` takes it out. */
export function put(name: string, path: readonly Step[], value: unknown): Edit {
  return change(name, path, () => value);
}

/** Another value at a place of an object, made from what is there. */
export function change(
  name: string,
  path: readonly Step[],
  make: (before: unknown) => unknown,
): Edit {
  return (target) => {
    const object = find(target, name);
    const edited = changed(object, path, make) as KubernetesObject;
    return { ...target, objects: target.objects.map((one) => (one === object ? edited : one)) };
  };
}

/** A list the other way round. */
export function turned(list: unknown): unknown[] {
  return Array.isArray(list) ? [...(list as unknown[])].reverse() : [];
}

function find({ objects }: Target, name: string): KubernetesObject {
  const found = objects.find((object) => objectName(object) === name);
  if (!found) {
    throw new Error(`there is no ${name} to edit`);
  }
  return found;
}

function changed(
  value: unknown,
  [step, ...rest]: readonly Step[],
  make: (before: unknown) => unknown,
): unknown {
  if (step === undefined) {
    return make(value);
  }
  if (Array.isArray(value)) {
    const list = [...(value as unknown[])];
    const at = step === "+" ? list.length : Number(step);
    list[at] = changed(list[at], rest, make);
    return list;
  }
  const map = { ...(value as Record<string, unknown> | undefined) };
  const next = changed(map[String(step)], rest, make);
  const { [String(step)]: _, ...others } = map;
  return next === undefined ? others : { ...map, [String(step)]: next };
}
