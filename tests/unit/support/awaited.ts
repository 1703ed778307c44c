/** Objects as the API shows them, for tests of the wait. */
import type {
  AwaitedObject,
  Deployment,
  Event,
  ReplicaSet,
  SeenPod,
  Sight,
} from "../../../cluster/wait/sight";

/** When the wait of these tests began. */
export const SINCE = Date.parse("2026-01-01T12:00:00Z");

export const CREATED = "2026-01-01T11:59:58Z";

/** A Deployment of two pods in its second revision. */
export function deployment(
  over: { spec?: object; status?: object; generation?: number } = {},
): Deployment {
  return {
    kind: "Deployment",
    metadata: {
      name: "soc-agent-backend",
      uid: "deployment",
      creationTimestamp: CREATED,
      generation: over.generation ?? 2,
      annotations: { "deployment.kubernetes.io/revision": "2" },
    },
    spec: { replicas: 2, selector: {}, template: {}, ...over.spec },
    status: { observedGeneration: 2, ...over.status },
  } as unknown as Deployment;
}

/** One of its ReplicaSets. */
export function replicaSet(revision: string, readyReplicas: number): ReplicaSet {
  return {
    metadata: {
      name: `soc-agent-backend-${revision}`,
      uid: `set-${revision}`,
      creationTimestamp: CREATED,
      annotations: { "deployment.kubernetes.io/revision": revision },
      ownerReferences: [{ uid: "deployment" }],
    },
    status: { replicas: 2, readyReplicas },
  } as unknown as ReplicaSet;
}

/** A pod with one container, of the newest revision unless told otherwise. */
export function pod(
  container: object,
  over: { owner?: string; uid?: string; created?: string; status?: object; deleted?: true } = {},
): SeenPod {
  const status = { name: "backend", image: "soc-backend:1", ready: false, restartCount: 0 };
  return {
    metadata: {
      name: "soc-agent-backend-1",
      uid: over.uid ?? "pod",
      creationTimestamp: over.created ?? CREATED,
      ownerReferences: [{ uid: over.owner ?? "set-2" }],
      ...(over.deleted && { deletionTimestamp: CREATED }),
    },
    spec: { containers: [{ name: "backend", image: "soc-backend:1" }] },
    status: { containerStatuses: [{ ...status, ...container }], ...over.status },
  } as unknown as SeenPod;
}

export function event(reason: string, message: string, over: Partial<Event> = {}): Event {
  return {
    type: "Warning",
    reason,
    message,
    lastTimestamp: "2026-01-01T12:00:05Z",
    involvedObject: { uid: "pod" },
    ...over,
  };
}

/** A look at a Deployment, unless other objects are given. */
export function sight(over: Partial<Sight> = {}): Sight {
  return {
    objects: [deployment()],
    absent: [],
    replicaSets: [replicaSet("1", 2), replicaSet("2", 0)],
    pods: [],
    claims: [],
    events: [],
    nodes: { complete: true, leaving: false },
    ...over,
  };
}

/** Any other object that is awaited. */
export function object(kind: AwaitedObject["kind"], rest: object): AwaitedObject {
  const metadata = { name: "it", uid: "it", creationTimestamp: CREATED, generation: 1 };
  return { kind, metadata, ...rest } as unknown as AwaitedObject;
}
