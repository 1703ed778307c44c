/** Looks at a release in a cluster. */
import { messageIn, type Api } from "../../machine/apiServer";
import type { ReleaseName } from "../../machine/helm";
import { holds } from "../../machine/kubernetes";
import { dryApply } from "../drift/look";
import { madeByRelease } from "../drift/made";
import { locate, type Place } from "../drift/resources";
import type { KubernetesObject } from "../../plan/objects";
import {
  unscheduled,
  type AwaitedObject,
  type Claim,
  type Event,
  type Look,
  type Node,
  type ReplicaSet,
  type SeenPod,
} from "./sight";

const KINDS: ReadonlySet<string> = new Set<AwaitedObject["kind"]>([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "PersistentVolumeClaim",
  "Service",
  "Job",
  "HorizontalPodAutoscaler",
  "CustomResourceDefinition",
]);

/** Warnings, and what is bad news although Kubernetes calls it normal. */
const EVENTS = [
  "type=Warning",
  "reason=Killing",
  "reason=FailedBinding",
  "reason=NotTriggerScaleUp",
];

/**
 * Finds the objects of a release.
 *
 * @param manifest YAML of them, as Helm has recorded it
 * @param fixedNodes how many nodes the cluster has when it has all; unset where they come and go by themselves
 * @returns what looks at them
 * @throws Error where the cluster does not answer; looking does so as well
 */
export async function looker(
  api: Api,
  release: ReleaseName,
  manifest: string,
  fixedNodes: number | undefined,
): Promise<Look> {
  const wanted = madeByRelease(release, manifest).filter(({ object }) => KINDS.has(object.kind));
  const places = (await locate(api, wanted)).filter((place) => place !== undefined);
  const inside = places.flatMap(({ object }) => object.metadata.namespace ?? []);
  const namespaces = [...new Set([release.namespace, ...inside])];
  const inEach = async <T>(path: string): Promise<T[]> => {
    const found = await Promise.all(
      namespaces.map((namespace) => list<T>(api, path.replace("NAMESPACE", namespace))),
    );
    return found.flat();
  };
  return async () => {
    const [answers, replicaSets, pods, claims, events] = await Promise.all([
      Promise.all(places.map(async (place) => ({ place, ...(await api(place.path)) }))),
      inEach<ReplicaSet>("/apis/apps/v1/namespaces/NAMESPACE/replicasets"),
      inEach<SeenPod>("/api/v1/namespaces/NAMESPACE/pods"),
      inEach<Claim>("/api/v1/namespaces/NAMESPACE/persistentvolumeclaims"),
      Promise.all(
        EVENTS.map((which) =>
          inEach<Event>(`/api/v1/namespaces/NAMESPACE/events?fieldSelector=${which}`),
        ),
      ),
    ]);
    // All pods of a cluster are many, and are asked for by nothing else.
    const nodes =
      fixedNodes !== undefined && pods.some((pod) => unscheduled(pod) !== undefined)
        ? await lookAtNodes(api, fixedNodes)
        : undefined;
    const found = answers.filter(({ status }) => status === 200);
    return {
      objects: found.map(
        ({ place, body }) => ({ ...body, kind: place.object.kind }) as unknown as AwaitedObject,
      ),
      absent: answers.filter(({ status }) => status === 404).map(({ place }) => nameOf(place)),
      replicaSets,
      pods,
      claims,
      events: events.flat(),
      ...(nodes && { nodes }),
    };
  };
}

function nameOf({ object: { kind, metadata } }: Place): string {
  return `${kind} ${metadata.name}`;
}

/** Whether all nodes are there and take pods, and no pod is about to leave one. */
async function lookAtNodes(api: Api, count: number) {
  const [nodes, pods] = await Promise.all([
    list<Node>(api, "/api/v1/nodes"),
    list<SeenPod>(api, "/api/v1/pods"),
  ]);
  return {
    complete:
      nodes.length >= count && nodes.every(({ status }) => holds(status?.conditions, "Ready")),
    leaving: pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined),
  };
}

/** Why a cluster does not take an object, if it does not. Nothing is written. */
export async function refusalOf(api: Api, object: KubernetesObject): Promise<string[]> {
  const [place] = await locate(api, [
    { object, namespace: object.metadata.namespace ?? "default" },
  ]);
  if (place === undefined) {
    return [`the cluster does not know ${object.kind} yet`];
  }
  const { status, body } = await dryApply(api, place);
  return status < 300 ? [] : [`${nameOf(place)} is not taken: ${messageIn(body)}`];
}

async function list<T>(api: Api, path: string): Promise<T[]> {
  const { status, body } = await api(path);
  if (status !== 200) {
    throw new Error(messageIn(body));
  }
  return body["items"] as T[];
}
