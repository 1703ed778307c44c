/** Workloads among a stack's objects: their pods, how many, and what these ask of the nodes. */
import { isMap, type Values } from "../config/values";
import type { FieldPath } from "./fields";
import type { KubernetesObject } from "./objects";
import { parseQuantity } from "./quantity";

/** Where the pod's template is, by the workload's kind. */
const TEMPLATES: Readonly<Record<string, FieldPath>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** Kinds whose pods go on for ever, and are replaced when their template changes. */
const LASTING = ["Deployment", "StatefulSet", "DaemonSet"];

/** Whether an object keeps pods running. */
export function isLasting({ kind }: KubernetesObject): boolean {
  return LASTING.includes(kind);
}

/** Where an object has the template of its pods; nowhere when it makes none. */
export function templatePath({ kind }: KubernetesObject): FieldPath | undefined {
  return TEMPLATES[kind];
}

/** A value within an object. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((map, key) => (isMap(map) ? map[key] : undefined), value);
}

/** The specification of a workload's pods; empty for other objects. */
export function podSpec(object: KubernetesObject): Values {
  const path = templatePath(object);
  const spec = path && valueAt(object, [...path, "spec"]);
  return isMap(spec) ? spec : {};
}

/** A container of a workload's pods. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly resources: unknown;
  /** Whether it runs before the others, and then ends. */
  readonly first: boolean;
}

/** The containers of a workload's pods, the init containers first. */
export function containersOf(object: KubernetesObject): Container[] {
  const { initContainers, containers } = podSpec(object);
  const read = (list: unknown, init: boolean): Container[] =>
    (Array.isArray(list) ? list.filter(isMap) : []).map((one) => ({
      name: String(one["name"]),
      image: String(one["image"]),
      resources: one["resources"],
      // A sidecar is an init container that goes on.
      first: init && one["restartPolicy"] !== "Always",
    }));
  return [...read(initContainers, true), ...read(containers, false)];
}

/** How many pods a workload has: what it starts with, and the most that an autoscaler may make of it. */
export function podCount(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
): { readonly least: number; readonly most: number } {
  const scaler = objects.find(
    (one) =>
      one.kind === "HorizontalPodAutoscaler" &&
      one.metadata.namespace === object.metadata.namespace &&
      valueAt(one, ["spec", "scaleTargetRef", "kind"]) === object.kind &&
      valueAt(one, ["spec", "scaleTargetRef", "name"]) === object.metadata.name,
  );
  const number = (value: unknown, usual: number) => (typeof value === "number" ? value : usual);
  const replicas = number(valueAt(object, ["spec", "replicas"]), 1);
  if (!scaler) {
    return { least: replicas, most: replicas };
  }
  const least = number(valueAt(scaler, ["spec", "minReplicas"]), 1);
  return { least, most: number(valueAt(scaler, ["spec", "maxReplicas"]), least) };
}

/** What pods ask for and may have: processors, and bytes of memory. */
export interface Totals {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

const KINDS = ["requests", "limits"] as const;
const RESOURCES = ["cpu", "memory"] as const;

/**
 * What all workloads whose pods go on ask for, added up; a DaemonSet counts for one node.
 *
 * @param count `most`: with as many pods as autoscalers may make
 */
export function totals(objects: readonly KubernetesObject[], count: "least" | "most"): Totals {
  const each = objects
    .filter(isLasting)
    .map((object) => ({ pod: ofPod(object), pods: podCount(object, objects)[count] }));
  return amounts((kind, resource) =>
    each.reduce((sum, { pod, pods }) => sum + pod[kind][resource] * pods, 0),
  );
}

/** What one pod asks for: all that run together, or the largest of those that run before, if that is more. */
function ofPod(object: KubernetesObject): Totals {
  const containers = containersOf(object);
  return amounts((kind, resource) => {
    const of = ({ resources }: Container) =>
      parseQuantity(valueAt(resources, [kind, resource]) ?? 0) ?? 0;
    const together = containers
      .filter(({ first }) => !first)
      .reduce((sum, one) => sum + of(one), 0);
    return Math.max(together, ...containers.filter(({ first }) => first).map(of));
  });
}

function amounts(
  of: (kind: (typeof KINDS)[number], resource: (typeof RESOURCES)[number]) => number,
): Totals {
  const both = (kind: (typeof KINDS)[number]) => ({
    cpu: of(kind, "cpu"),
    memory: of(kind, "memory"),
  });
  return { requests: both("requests"), limits: both("limits") };
}
