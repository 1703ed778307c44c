/** What is seen of a release while it is awaited: objects as the API shows them. */
import type { apiextensions, apps, autoscaling, batch, core } from "@pulumi/kubernetes/types/input";
import type { Condition, Seen } from "../../machine/kubernetes";
import type { Pod } from "../podReport";

type Of<T, Kind extends string> = T & { readonly kind: Kind };

/** What the API always adds to an object. */
interface Kept {
  readonly metadata: {
    readonly namespace?: string;
    readonly uid: string;
    readonly generation?: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
}

export type Deployment = Of<Seen<apps.v1.Deployment, "spec">, "Deployment"> & Kept;
export type StatefulSet = Of<Seen<apps.v1.StatefulSet, "spec">, "StatefulSet"> & Kept;
export type DaemonSet = Of<Seen<apps.v1.DaemonSet, "spec">, "DaemonSet"> & Kept;
/** What has pods. */
export type Workload = Deployment | StatefulSet | DaemonSet;
export type Claim = Of<Seen<core.v1.PersistentVolumeClaim>, "PersistentVolumeClaim"> & Kept;
export type Service = Of<Seen<core.v1.Service, "spec">, "Service"> & Kept;
export type Job = Of<Seen<batch.v1.Job>, "Job"> & Kept;
export type Autoscaler = Of<
  Seen<autoscaling.v2.HorizontalPodAutoscaler, "spec">,
  "HorizontalPodAutoscaler"
> &
  Kept;
export type Definition = Of<
  Seen<apiextensions.v1.CustomResourceDefinition>,
  "CustomResourceDefinition"
> &
  Kept & { readonly status?: { readonly conditions?: readonly Condition[] } };

/** An object that is ready or not. */
export type AwaitedObject = Workload | Claim | Service | Job | Autoscaler | Definition;
export type ReplicaSet = Seen<apps.v1.ReplicaSet> & Kept;
export type Node = Seen<core.v1.Node>;
export type SeenPod = Pod & Kept;

/** Something that happened to an object. */
export interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly involvedObject: { readonly uid?: string };
}

/** What one look at a cluster has shown. */
export interface Sight {
  /** Objects of the release, of kinds that are awaited. */
  readonly objects: readonly AwaitedObject[];
  /** Names of those that are not there. */
  readonly absent: readonly string[];
  readonly replicaSets: readonly ReplicaSet[];
  /** In the release's namespaces. */
  readonly pods: readonly SeenPod[];
  /** In the release's namespaces: those of a StatefulSet are no objects of the release. */
  readonly claims: readonly Claim[];
  readonly events: readonly Event[];
  /** Of a cluster that has a fixed number of nodes, while no node takes some pod. */
  readonly nodes?: {
    /** Whether all are there and ready. */
    readonly complete: boolean;
    /** Whether some pod on them is about to go. */
    readonly leaving: boolean;
  };
}

/** What a look at a cluster is made with, again and again. */
export type Look = () => Promise<Sight>;

/** How often it has happened. */
export function timesOf({ count, series }: Event): number {
  return series?.count ?? count ?? 1;
}

/** When it has happened last, in milliseconds since the epoch; NaN where nobody says. */
export function timeOf({ series, lastTimestamp, eventTime }: Event): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? "");
}

/** What the scheduler says of a pod that no node takes; nothing of others. */
export function unscheduled({ status }: SeenPod) {
  return status.conditions?.find(
    ({ type, status, reason }) =>
      type === "PodScheduled" && status === "False" && reason === "Unschedulable",
  );
}
