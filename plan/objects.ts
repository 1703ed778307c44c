/** The Kubernetes objects that a release renders to. */
import { parseAllDocuments } from "yaml";
import { isMap, type Values } from "../config/values";

/** An object of the Kubernetes API, of any kind. */
export interface KubernetesObject extends Values {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Values & {
    readonly name: string;
    /** Unset for what belongs to no namespace, and for what takes its release's. */
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * The objects in a stream of YAML documents, those of a `List` each for itself.
 *
 * @param manifest as `helm template` and `helm get manifest` print it
 * @throws the parser's error for what is no YAML or has a key twice, and an Error for a document that is no object
 */
export function parseObjects(manifest: string): KubernetesObject[] {
  return parseAllDocuments(manifest).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw error;
    }
    return expand(document.toJS() as unknown);
  });
}

function expand(value: unknown): KubernetesObject[] {
  if (value === null) {
    return [];
  }
  if (isMap(value) && value["kind"] === "List" && Array.isArray(value["items"])) {
    return value["items"].flatMap(expand);
  }
  if (!isObject(value)) {
    throw new Error("a document of a manifest has no apiVersion, kind or name");
  }
  return [value];
}

/** Whether a value is an object of the API: it has an apiVersion, a kind and a name. */
export function isObject(value: unknown): value is KubernetesObject {
  return (
    isMap(value) &&
    typeof value["apiVersion"] === "string" &&
    typeof value["kind"] === "string" &&
    isMap(value["metadata"]) &&
    typeof value["metadata"]["name"] === "string"
  );
}

/**
 * What tells an object from all others, as people read it: `Deployment soc-agent/soc-backend`. The version of its API
 * is no part of it, since one object is served in several.
 */
export function objectName({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
