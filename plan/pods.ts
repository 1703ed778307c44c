/** The pods that objects make. */
import type { core } from "@pulumi/kubernetes/types/input";
import { isMap, type Values } from "../config/values";
import type { SeenPart } from "../machine/kubernetes";
import { NAMESPACE_LABEL, type Pods } from "./network/policies";
import type { Protocol } from "./network/ports";
import type { Labels, Selector } from "./network/selectors";
import type { KubernetesObject } from "./objects";

/** What runs in a pod. */
export type PodSpec = SeenPart<core.v1.PodSpec>;

/** A container of it. */
export type Container = SeenPart<core.v1.Container>;

/** An object that makes pods, all alike. */
export interface Workload extends Pods {
  readonly object: KubernetesObject;
  /** `namespace/name`. */
  readonly name: string;
  /** By which it knows its pods. Jobs and single pods have none that is known ahead. */
  readonly selector?: Selector;
  readonly spec: PodSpec;
}

/** The objects that make pods. Whose namespace is unset is taken to be in `default`. */
export function workloads(objects: readonly KubernetesObject[]): Workload[] {
  const namespaces = namespaceLabels(objects);
  return objects.flatMap((object) => {
    const template = templateOf(object);
    if (!isMap(template) || !isMap(template["spec"])) {
      return [];
    }
    const { metadata, kind } = object;
    const { namespace = "default" } = metadata;
    const meta = isMap(template["metadata"]) ? template["metadata"] : {};
    const spec = template["spec"] as unknown as PodSpec;
    const selector = specOf(object)["selector"];
    return [
      {
        object,
        name: `${namespace}/${metadata.name}`,
        namespace,
        namespaceLabels: { ...namespaces[namespace], [NAMESPACE_LABEL]: namespace },
        labels: (meta["labels"] ?? {}) as Labels,
        ...(kind !== "Job" && isMap(selector) && { selector: selector }),
        ports: namedPorts(spec),
        hostNetwork: spec.hostNetwork === true,
        spec,
      },
    ];
  });
}

/** All containers of a pod: those that prepare it first. */
export function containersOf({ initContainers = [], containers }: PodSpec): Container[] {
  return [...(initContainers ?? []), ...containers];
}

/** The pod's own metadata and `spec`, wherever a kind has them. */
function templateOf(object: KubernetesObject): unknown {
  const spec = specOf(object);
  switch (object.kind) {
    case "Pod":
      return object;
    case "CronJob": {
      const job = spec["jobTemplate"];
      return isMap(job) && isMap(job["spec"]) ? job["spec"]["template"] : undefined;
    }
    default:
      return spec["template"];
  }
}

function specOf({ spec }: KubernetesObject): Values {
  return isMap(spec) ? spec : {};
}

function namedPorts(spec: PodSpec): NonNullable<Pods["ports"]> {
  return containersOf(spec).flatMap(({ ports = [] }) =>
    (ports ?? []).flatMap(({ name, protocol = "TCP", containerPort: number }) =>
      name === undefined ? [] : [{ name, protocol: protocol as Protocol, number }],
    ),
  );
}

function namespaceLabels(objects: readonly KubernetesObject[]): Readonly<Record<string, Labels>> {
  return Object.fromEntries(
    objects
      .filter(({ kind }) => kind === "Namespace")
      .map(({ metadata: { name, labels = {} } }) => [name, labels]),
  );
}
