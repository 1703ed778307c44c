/** The objects that a release was made as. */
import type { Values } from "../../config/values";
import type { ReleaseName } from "../../machine/helm";
import { parseObjects, type KubernetesObject } from "../../plan/objects";
import type { Wanted } from "./compare";

/**
 * The objects of a release, marked as Helm marks what it makes (helm, pkg/action/validate.go), which is in no manifest.
 * Hooks are not among them: what they made is theirs.
 *
 * @param manifest as `helm get manifest` prints it
 */
export function madeByRelease({ namespace, name }: ReleaseName, manifest: string): Wanted[] {
  const labels = { "app.kubernetes.io/managed-by": "Helm" };
  const annotations = {
    "meta.helm.sh/release-name": name,
    "meta.helm.sh/release-namespace": namespace,
  };
  return parseObjects(manifest).map(({ metadata, ...object }) => {
    const marked = {
      ...metadata,
      labels: { ...metadata.labels, ...labels },
      annotations: { ...metadata.annotations, ...annotations },
    };
    return {
      object: withData({ ...object, metadata: marked }),
      namespace,
      madeBy: `release ${namespace}/${name}`,
      manager: "helm",
    };
  });
}

/**
 * An object as the API keeps it: what a Secret has in `stringData`, which is only ever written, is in its `data`.
 * A server-side apply would own the one and not see the other.
 */
export function withData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret" || object["stringData"] === undefined) {
    return object;
  }
  const { stringData, data, ...rest } = object;
  const encoded = Object.entries(stringData as Values).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return {
    ...rest,
    data: { ...(data as Values), ...Object.fromEntries(encoded) },
  };
}
