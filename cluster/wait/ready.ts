/**
 * Whether what a release is made of is ready, as Helm judges it (helm, pkg/kube/ready.go), and an autoscaler's minimum
 * besides: its Deployment begins with one pod.
 */
import { holds } from "../../machine/kubernetes";
import { belowMinimum } from "../autoscaler";
import type {
  AwaitedObject,
  DaemonSet,
  Deployment,
  ReplicaSet,
  SeenPod,
  Sight,
  StatefulSet,
  Workload,
} from "./sight";

/** What is not ready yet, a line each. */
export function unready({ objects, absent, replicaSets }: Sight): string[] {
  return [
    ...absent.map((name) => `${name} is not there`),
    ...objects.flatMap((object) => missingOf(object, replicaSets) ?? []),
    ...belowMinimum(
      objects.filter((one) => one.kind === "Deployment" || one.kind === "HorizontalPodAutoscaler"),
    ),
  ];
}

function missingOf(object: AwaitedObject, replicaSets: readonly ReplicaSet[]): string | undefined {
  const name = `${object.kind} ${object.metadata.name}`;
  switch (object.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      return rollout(object, replicaSets);
    case "PersistentVolumeClaim":
      return object.status?.phase === "Bound" ? undefined : `${name} is not bound`;
    case "Service":
      return object.spec.type === "LoadBalancer" &&
        (object.status?.loadBalancer?.ingress ?? []).length === 0
        ? `${name} has no address yet`
        : undefined;
    case "Job":
      return holds(object.status?.conditions, "Complete") ? undefined : `${name} is not done`;
    case "CustomResourceDefinition":
      return holds(object.status?.conditions, "Established")
        ? undefined
        : `${name} is not established`;
    case "HorizontalPodAutoscaler":
      return undefined;
  }
}

/** What a workload still lacks of its newest revision. */
function rollout(workload: Workload, replicaSets: readonly ReplicaSet[]): string | undefined {
  const name = `${workload.kind} ${workload.metadata.name}`;
  if ((workload.status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
    return `${name} is about to change`;
  }
  const { ready, wanted } = counts(workload, replicaSets);
  return ready < wanted ? `${name} has ${ready} of ${wanted} pods ready` : undefined;
}

function counts(workload: Workload, replicaSets: readonly ReplicaSet[]) {
  switch (workload.kind) {
    case "Deployment": {
      const { replicas = 1 } = workload.spec;
      const ready = newest(workload, replicaSets)?.status?.readyReplicas ?? 0;
      return { ready, wanted: replicas - spare(workload, replicas) };
    }
    case "StatefulSet": {
      const { replicas = 1 } = workload.spec;
      const { readyReplicas = 0, updatedReplicas = 0, currentRevision } = workload.status ?? {};
      // What is set to be updated by hand keeps its old pods.
      const byHand = workload.spec.updateStrategy?.type === "OnDelete";
      const current = currentRevision === workload.status?.updateRevision;
      return {
        ready: byHand || current ? readyReplicas : Math.min(updatedReplicas, readyReplicas),
        wanted: replicas,
      };
    }
    case "DaemonSet": {
      const { desiredNumberScheduled = 0, updatedNumberScheduled = 0 } = workload.status ?? {};
      const { numberReady = 0 } = workload.status ?? {};
      const unavailable = workload.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
      const wanted = desiredNumberScheduled - share(unavailable, desiredNumberScheduled);
      return updatedNumberScheduled < desiredNumberScheduled
        ? { ready: updatedNumberScheduled, wanted: desiredNumberScheduled }
        : { ready: numberReady, wanted };
    }
  }
}

/** Pods that may be missing of a Deployment (kubernetes, pkg/controller/deployment/util, ResolveFenceposts). */
function spare({ spec: { strategy } }: Deployment, replicas: number): number {
  if (strategy?.type === "Recreate") {
    return 0;
  }
  const { maxUnavailable = "25%", maxSurge = "25%" } = strategy?.rollingUpdate ?? {};
  const unavailable = share(maxUnavailable, replicas);
  return unavailable === 0 && share(maxSurge, replicas, Math.ceil) === 0 ? 1 : unavailable;
}

/** A number, or a share such as `25%` of all, rounded. */
function share(value: number | string, all: number, round = Math.floor): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) / 100) * all);
}

/** Annotation by which a Deployment and its ReplicaSets number its revisions. */
const REVISION = "deployment.kubernetes.io/revision";

/** The ReplicaSet of a Deployment's newest revision. */
export function newest(
  { metadata }: Deployment,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return replicaSets.find(
    (set) =>
      isOf(set, metadata.uid) &&
      set.metadata.annotations?.[REVISION] === metadata.annotations?.[REVISION],
  );
}

/** The pods of a workload's newest revision: older ones go on serving, whatever becomes of these. */
export function podsOf(workload: Workload, { pods, replicaSets }: Sight): SeenPod[] {
  return pods.filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && isNewest(pod, workload, replicaSets),
  );
}

function isNewest(pod: SeenPod, workload: Workload, replicaSets: readonly ReplicaSet[]): boolean {
  switch (workload.kind) {
    case "Deployment": {
      const set = newest(workload, replicaSets);
      return set !== undefined && isOf(pod, set.metadata.uid);
    }
    case "StatefulSet":
      return isOf(pod, workload.metadata.uid) && label(pod, REVISION_LABEL) === updated(workload);
    case "DaemonSet":
      return isOf(pod, workload.metadata.uid) && label(pod, GENERATION_LABEL) === made(workload);
  }
}

const REVISION_LABEL = "controller-revision-hash";
/** What is called deprecated is set to this day (kubernetes, pkg/controller/daemon). */
const GENERATION_LABEL = "pod-template-generation";
const GENERATION = "deprecated.daemonset.template.generation";

function updated({ status }: StatefulSet): string | undefined {
  return status?.updateRevision;
}

function made({ metadata }: DaemonSet): string | undefined {
  return metadata.annotations?.[GENERATION];
}

function label({ metadata }: SeenPod, name: string): string | undefined {
  return metadata.labels?.[name];
}

function isOf({ metadata }: ReplicaSet | SeenPod, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}
