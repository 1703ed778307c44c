/** The objects that the chart renders, in the types of the Kubernetes API. */
import type {
  apps,
  autoscaling,
  batch,
  core,
  meta,
  networking,
  policy,
  rbac,
} from "@pulumi/kubernetes/types/input";
import type { SeenPart, Seen } from "../../../machine/kubernetes";

/** Labels, or a selector by labels. */
export type Labels = Readonly<Record<string, string>>;

/** What all of the chart's objects and pods carry. */
interface Labelled {
  readonly metadata: { readonly labels: Labels };
}

/** An object as the chart renders it: `Sure` fields of it are always there. */
type Rendered<
  T extends { readonly apiVersion?: unknown; readonly kind?: unknown },
  Sure extends keyof T = never,
> = Seen<T, "apiVersion" | "kind" | Sure> & Labelled;

/** Its specification, likewise. */
interface Spec<T, Sure extends keyof T = never> {
  readonly spec: SeenPart<T, Sure>;
}

/** The pods that it makes. */
interface Template {
  readonly spec: { readonly template: Labelled & Spec<core.v1.PodSpec> };
}

export type Container = SeenPart<core.v1.Container>;
export type PodSpec = SeenPart<core.v1.PodSpec>;
export type Pod = Rendered<core.v1.Pod> & Spec<core.v1.PodSpec>;
export type Deployment = Rendered<apps.v1.Deployment> & Spec<apps.v1.DeploymentSpec> & Template;
export type DaemonSet = Rendered<apps.v1.DaemonSet> & Spec<apps.v1.DaemonSetSpec> & Template;
type ClusterRole = Rendered<rbac.v1.ClusterRole, "rules">;
type ClusterRoleBinding = Rendered<rbac.v1.ClusterRoleBinding, "roleRef" | "subjects">;
type StatefulSet = Rendered<apps.v1.StatefulSet> &
  Spec<apps.v1.StatefulSetSpec, "serviceName" | "volumeClaimTemplates"> &
  Template;
type ConfigMap = Rendered<core.v1.ConfigMap, "data">;
type Secret = Rendered<core.v1.Secret, "data">;
type Service = Rendered<core.v1.Service> & Spec<core.v1.ServiceSpec>;
type ServiceAccount = Rendered<core.v1.ServiceAccount>;
export type Job = Rendered<batch.v1.Job> & Spec<batch.v1.JobSpec> & Template;
type Role = Rendered<rbac.v1.Role, "rules">;
type RoleBinding = Rendered<rbac.v1.RoleBinding, "roleRef" | "subjects">;
type HorizontalPodAutoscaler = Rendered<autoscaling.v2.HorizontalPodAutoscaler> &
  Spec<autoscaling.v2.HorizontalPodAutoscalerSpec>;
type PodDisruptionBudget = Rendered<policy.v1.PodDisruptionBudget> &
  Spec<policy.v1.PodDisruptionBudgetSpec, "selector">;
export type Ingress = Rendered<networking.v1.Ingress> & Spec<networking.v1.IngressSpec, "rules">;
export type IngressRule = SeenPart<networking.v1.IngressRule>;
export type NetworkPolicy = Rendered<networking.v1.NetworkPolicy> &
  Spec<networking.v1.NetworkPolicySpec>;
export type NetworkPolicyPeer = SeenPart<networking.v1.NetworkPolicyPeer>;
export type NetworkPolicyRule = SeenPart<
  networking.v1.NetworkPolicyIngressRule & networking.v1.NetworkPolicyEgressRule
>;

/** The part of an HTTPRoute that is looked at: the Gateway API is none of Kubernetes' own. */
export type HTTPRoute = Rendered<{
  readonly metadata: meta.v1.ObjectMeta;
  readonly apiVersion: string;
  readonly kind: "HTTPRoute";
  readonly spec: {
    readonly parentRefs: readonly unknown[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly {
        readonly path: { readonly type: string; readonly value: string };
      }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
      readonly timeouts?: { readonly request: string };
    }[];
  };
}>;

/** What the Prometheus operator reads, which is none of Kubernetes' own either. */
export type Monitoring = Labelled & {
  readonly metadata: SeenPart<meta.v1.ObjectMeta, "name" | "namespace">;
  readonly apiVersion: string;
  readonly kind: "PodMonitor" | "PrometheusRule" | "ServiceMonitor";
  readonly spec: Readonly<Record<string, unknown>>;
};
/** Every kind of object that the charts may render. */
export type Manifest =
  | ClusterRole
  | ClusterRoleBinding
  | ConfigMap
  | DaemonSet
  | Deployment
  | HTTPRoute
  | HorizontalPodAutoscaler
  | Ingress
  | Job
  | Monitoring
  | NetworkPolicy
  | Pod
  | PodDisruptionBudget
  | Role
  | RoleBinding
  | Secret
  | Service
  | ServiceAccount
  | StatefulSet;

/** A kind that makes pods for good. */
export type Workload = DaemonSet | Deployment | StatefulSet;

export type Kind = Manifest["kind"];

type OfKind<K extends Kind> = K extends Monitoring["kind"]
  ? Monitoring
  : Extract<Manifest, { readonly kind: K }>;

/** All objects of one kind, in the order in which Helm prints them. */
export function ofKind<K extends Kind>(manifests: readonly Manifest[], kind: K): OfKind<K>[] {
  return manifests.filter((manifest): manifest is OfKind<K> => manifest.kind === kind);
}

/**
 * The object of this kind and name.
 *
 * @throws `Error` that lists what there is, if there is no such object.
 */
export function find<K extends Kind>(
  manifests: readonly Manifest[],
  kind: K,
  name: string,
): OfKind<K> {
  const found = ofKind(manifests, kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) {
    throw new Error(`no ${kind} ${name} among: ${inventory(manifests).join(", ")}`);
  }
  return found;
}

/** Everything that makes pods for good. */
export function workloads(manifests: readonly Manifest[]): Workload[] {
  return [
    ...ofKind(manifests, "DaemonSet"),
    ...ofKind(manifests, "Deployment"),
    ...ofKind(manifests, "StatefulSet"),
  ];
}

/** Every pod that the chart makes, those that end by themselves included. */
export function pods(
  manifests: readonly Manifest[],
): { name: string; labels: Labels; spec: PodSpec }[] {
  return [
    ...[...workloads(manifests), ...ofKind(manifests, "Job")].map(({ metadata, spec }) => ({
      name: metadata.name,
      labels: spec.template.metadata.labels,
      spec: spec.template.spec,
    })),
    ...ofKind(manifests, "Pod").map(({ metadata, spec }) => ({
      name: metadata.name,
      labels: metadata.labels,
      spec,
    })),
  ];
}

/** `Kind name` of every object, sorted. */
export function inventory(manifests: readonly Manifest[]): string[] {
  return manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
}

/**
 * The one container of a workload's pods.
 *
 * @throws `Error` if the pods have none, or more than one.
 */
export function containerOf({ metadata, spec }: Workload | Job): Container {
  const [container, ...others] = spec.template.spec.containers;
  if (container === undefined || others.length > 0) {
    throw new Error(`${metadata.name}: expected exactly one container`);
  }
  return container;
}
