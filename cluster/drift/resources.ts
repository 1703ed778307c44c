/** Where the API has objects: what a kind is called in a path, and whether it is in a namespace. */
import { isMap, type Values } from "../../config/values";
import type { Api } from "../../machine/apiServer";
import type { KubernetesObject } from "../../plan/objects";
import type { Wanted } from "./compare";

/** Where an object is. */
export interface Place {
  /** With its namespace, where it is in one, and without what the API does not take. */
  readonly object: KubernetesObject;
  /** Path in the API. */
  readonly path: string;
  /** Path of what it is one of. */
  readonly collection: string;
}

/** A kind, as discovery has it (meta/v1 APIResource). */
interface Resource {
  /** Plural, as in a path. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Where objects are; nothing for those whose kind the cluster does not know.
 *
 * @throws Error when the cluster does not answer
 */
export async function locate(
  api: Api,
  all: readonly Pick<Wanted, "object" | "namespace">[],
): Promise<readonly (Place | undefined)[]> {
  const versions = [...new Set(all.map(({ object }) => object.apiVersion))];
  const known = new Map(
    await Promise.all(
      versions.map(async (version) => [version, await resourcesOf(api, version)] as const),
    ),
  );
  return all.map(({ object, namespace }) => {
    const resource = known.get(object.apiVersion)?.find(({ kind }) => kind === object.kind);
    return resource && placeOf(object, namespace, resource);
  });
}

async function resourcesOf(api: Api, version: string): Promise<Resource[]> {
  const { status, body } = await api(root(version));
  if (status !== 200 && status !== 404) {
    throw new Error(
      `the cluster does not tell its kinds of ${version}: ${String(body["message"])}`,
    );
  }
  const resources = (body["resources"] ?? []) as readonly Resource[];
  return resources.filter(({ name }) => !name.includes("/"));
}

function root(version: string): string {
  return version.includes("/") ? `/apis/${version}` : `/api/${version}`;
}

function placeOf(object: KubernetesObject, fallback: string, resource: Resource): Place {
  const { namespace = fallback, name, ...metadata } = object.metadata;
  const { status: _, ...rest } = clean(object);
  const where = resource.namespaced ? { namespace } : {};
  const inside = resource.namespaced ? `/namespaces/${namespace}` : "";
  const collection = `${root(object.apiVersion)}${inside}/${resource.name}`;
  return {
    object: { ...rest, metadata: { ...clean(metadata), name, ...where } } as KubernetesObject,
    collection,
    path: `${collection}/${name}`,
  };
}

/** A map without its nulls, which charts leave and which mean nothing. */
function clean(map: Values): Values {
  const cleaned = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(cleaned) : isMap(value) ? clean(value) : value;
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, cleaned(value)]),
  );
}
