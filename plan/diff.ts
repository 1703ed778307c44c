/** What becomes of a stack's objects from one revision to another, field by field. */
import { createHmac } from "node:crypto";
import { isMap } from "../config/values";
import { changedFields, type FieldChange, type FieldPath } from "./fields";
import { objectName, type KubernetesObject } from "./objects";

/** A field that changes. */
export interface ObjectFieldChange extends FieldChange {
  /** Whether it says nothing by itself: a checksum, the chart's version, a generated name. */
  readonly noise: boolean;
}

/** An object that is there before and after, and not the same. */
export interface ObjectChange {
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  readonly fields: readonly ObjectFieldChange[];
}

/** What differs between two sets of objects. */
export interface Difference {
  readonly added: readonly KubernetesObject[];
  readonly deleted: readonly KubernetesObject[];
  readonly changed: readonly ObjectChange[];
}

/**
 * Compares two sets of objects. An object whose name ends in a digest is the one whose name differs by that alone.
 *
 * @throws Error for an object that stands twice on one side
 */
export function diffObjects(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): Difference {
  const [old, now] = [byKey(before), byKey(after)];
  const gone = [...old].filter(([key]) => !now.has(key)).map(([, object]) => object);
  const come = [...now].filter(([key]) => !old.has(key)).map(([, object]) => object);
  const kept = [...now].flatMap(([key, after]) => {
    const before = old.get(key);
    return before ? [{ before, after }] : [];
  });
  const renamed = gone.flatMap((before) => {
    const [after, ...more] = come.filter((object) => isGenerated(before, object));
    return after && more.length === 0 ? [{ before, after }] : [];
  });
  return {
    added: come.filter((object) => !renamed.some(({ after }) => after === object)),
    deleted: gone.filter((object) => !renamed.some(({ before }) => before === object)),
    changed: [...kept, ...renamed]
      .map((pair) => ({ ...pair, fields: fieldsOf(pair.before, pair.after) }))
      .filter(({ fields }) => fields.length > 0),
  };
}

/** Whether two sets of objects are the same. */
export function isEmpty({ added, deleted, changed }: Difference): boolean {
  return added.length + deleted.length + changed.length === 0;
}

/** Group of an object's API, which with kind and name tells it from all others. */
export function apiGroup({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

function byKey(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  const keyed = new Map<string, KubernetesObject>();
  for (const object of objects) {
    const key = `${apiGroup(object)} ${objectName(object)}`;
    if (keyed.has(key)) {
      throw new Error(`${objectName(object)} stands twice among the objects of a stack`);
    }
    keyed.set(key, object);
  }
  return keyed;
}

/** The digest or the random text at the end of a generated name. */
const GENERATED = /-(?=[0-9a-f]*\d)[0-9a-f]{8,}$/;

function isGenerated(before: KubernetesObject, after: KubernetesObject): boolean {
  const stem = (object: KubernetesObject) => objectName(object).replace(GENERATED, "");
  return (
    GENERATED.test(before.metadata.name) &&
    GENERATED.test(after.metadata.name) &&
    apiGroup(before) === apiGroup(after) &&
    stem(before) === stem(after)
  );
}

function fieldsOf(before: KubernetesObject, after: KubernetesObject): ObjectFieldChange[] {
  return changedFields(before, after).map((change) => ({ ...change, noise: isNoise(change.path) }));
}

/** Labels that follow the chart's version. */
const VERSION_LABELS = ["helm.sh/chart", "app.kubernetes.io/version"];

function isNoise(path: FieldPath): boolean {
  const [first, second] = path;
  const [kind = "", name = ""] = path.slice(-2);
  return (
    (first === "metadata" && second === "name") ||
    (kind === "labels" && VERSION_LABELS.includes(name)) ||
    (kind === "annotations" && name.startsWith("checksum/"))
  );
}

/**
 * The objects with a digest in the place of every value of a Secret. With one key for both sides it can be told which
 * are equal, and nothing more; a key that is drawn anew for every run makes digests of two runs say nothing either.
 */
export function hideSecrets(objects: readonly KubernetesObject[], key: Buffer): KubernetesObject[] {
  const hide = (value: string) =>
    `(secret ${createHmac("sha256", key).update(value).digest("hex").slice(0, 12)})`;
  return objects.map((object) => {
    if (object.kind !== "Secret" || apiGroup(object) !== "") {
      return object;
    }
    // What is given as text becomes data in the cluster.
    const { data, stringData, ...rest } = object;
    const decoded = Object.entries(isMap(data) ? data : {}).map(
      ([name, value]) => [name, Buffer.from(String(value), "base64").toString("latin1")] as const,
    );
    const written = Object.entries(isMap(stringData) ? stringData : {}).map(
      ([name, value]) => [name, Buffer.from(String(value)).toString("latin1")] as const,
    );
    const all = [...decoded, ...written];
    return {
      ...rest,
      ...(all.length > 0 && {
        data: Object.fromEntries(all.map(([name, value]) => [name, hide(value)])),
      }),
    };
  });
}
