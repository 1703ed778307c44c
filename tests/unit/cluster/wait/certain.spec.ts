import * as assert from "node:assert/strict";
import { onOneLine } from "../../../../machine/faults";
import { certainties } from "../../../../cluster/wait/certain";
import { Exits } from "../../../../cluster/wait/exits";
import type { SeenPod, Sight } from "../../../../cluster/wait/sight";
import { deployment, event, object, pod, sight, SINCE } from "../../support/awaited";

/** A pod as it was one end of its containers before. */
function before({ status, ...rest }: SeenPod): SeenPod {
  const containerStatuses = status.containerStatuses?.map((one) => ({
    ...one,
    restartCount: Math.max(0, one.restartCount - 1),
  }));
  return { ...rest, status: { ...status, ...(containerStatuses && { containerStatuses }) } };
}

/** Every fault of a look, as `<seconds> <words>`. */
function judged(over: Partial<Sight>): string[] {
  const seen = sight(over);
  const exits = new Exits(SINCE);
  exits.note(seen.pods.map(before));
  exits.note(seen.pods);
  return certainties({ sight: seen, exits, since: SINCE }).map(
    ({ after, fault }) => `${after} ${onOneLine(fault)}`,
  );
}

const waiting = (reason: string, message = "") => ({ state: { waiting: { reason, message } } });
const unscheduled = (message: string, uid = "pod") =>
  pod(
    {},
    {
      uid,
      status: {
        containerStatuses: [],
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
      },
    },
  );
const killed = (count: number) =>
  event("Killing", "Container backend failed startup probe, will be restarted", {
    type: "Normal",
    count,
  });
const crashed = (reason: string, exitCode: number) => ({
  restartCount: 2,
  state: { waiting: { reason: "CrashLoopBackOff" } },
  lastState: { terminated: { exitCode, reason } },
});
/** What is said of the newest ReplicaSet. */
const refused = (message: string): Partial<Sight> => ({
  events: [event("FailedCreate", message, { involvedObject: { uid: "set-2" } })],
});
/** A claim, and a pod that makes it. */
const claimed = (phase: string): Partial<Sight> => {
  const one = pod({}, { status: { containerStatuses: [] } });
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "it" } }];
  return {
    pods: [{ ...one, spec: { containers: [], volumes } }],
    claims: [object("PersistentVolumeClaim", { status: { phase } }) as Sight["claims"][number]],
  };
};
/** A pull that was refused at a second of the wait's minute, and what the kubelet said at its fifth of the pod's Secrets. */
const refusedLogin = (second: string, count: number): Partial<Sight> => ({
  pods: [pod(waiting("ErrImagePull"))],
  events: [
    event("FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets", {
      count,
    }),
    event("Failed", 'Failed to pull image "soc-backend:1": 401 Unauthorized', {
      lastTimestamp: `2026-01-01T12:00:${second}Z`,
    }),
  ],
});
/** Long before the wait. */
const EARLIER = { lastTimestamp: "2026-01-01T11:50:00Z" };
const of = (uid: string) => ({ involvedObject: { uid } });

describe("certainties", () => {
  const certain: Readonly<Record<string, readonly [Partial<Sight>, RegExp]>> = {
    "an image that its registry does not have": [
      {
        pods: [pod(waiting("ErrImagePull"))],
        events: [
          event("Failed", 'Failed to pull image "soc-backend:1": "soc-backend:1": not found'),
        ],
      },
      /^0 pod soc-agent-backend-1 cannot have its image soc-backend:1: its registry does not have it\. /,
    ],
    "one that the login is not for": [
      {
        pods: [pod(waiting("ImagePullBackOff", 'Back-off pulling image "soc-backend:1"'))],
        events: [event("Failed", 'Failed to pull image "soc-backend:1": 403 Forbidden')],
      },
      /^0 .* does not let the nodes have it\. Set soc-agent:registry\.pull/,
    ],
    "one that the login is not for, with which the kubelet has tried since": [
      refusedLogin("16", 1),
      /^0 .* does not let the nodes have it\. /,
    ],
    "one whose login is in no Secret, again and again": [
      refusedLogin("06", 6),
      /^0 .* does not let the nodes have it\. /,
    ],
    "a name that is none": [
      { pods: [pod(waiting("InvalidImageName"))] },
      /^0 .*an image cannot be called so/,
    ],
    "an image that the node must have and has not": [
      {
        pods: [pod(waiting("ErrImageNeverPull"))],
        events: [event("ErrImageNeverPull", "is not present with pull policy of Never")],
      },
      /^10 .*it is not on the node\. npm run up loads it$/,
    ],
    "a crash for the third time": [
      { pods: [pod(crashed("Error", 1))] },
      /^0 container backend of pod soc-agent-backend-1 has ended 3 times, last with exit code 1\. /,
    ],
    "a limit of memory that is too low": [
      { pods: [pod(crashed("OOMKilled", 137))] },
      /it takes more memory than its limit\. Raise soc-agent:values\.backend\.resources\.limits\.memory$/,
    ],
    "a port that stayed closed twice": [
      {
        pods: [pod({ restartCount: 2, started: false })],
        events: [event("Unhealthy", "Startup probe failed: connection refused"), killed(2)],
      },
      /^0 .*restarted twice for its startup probe: Startup probe failed: connection refused\. .*soc-agent:values\.backend\.probes\.startup$/,
    ],
    "a port that stayed closed, of which the kubelet told once": [
      { pods: [pod({ ...crashed("Error", 137), started: false })], events: [killed(1)] },
      /^0 .*restarted twice for its startup probe\. .*soc-agent:values\.backend\.probes\.startup$/,
    ],
    "a pod that no node of all takes": [
      { pods: [unscheduled("0/3 nodes are available: 3 Insufficient cpu.")] },
      /^10 no node takes pod soc-agent-backend-1: 0\/3 nodes .*\. Lower what it requests/,
    ],
    "a pod that no new node would take either": [
      {
        pods: [unscheduled("0/3 nodes are available")],
        events: [event("NotTriggerScaleUp", "pod didn't trigger scale-up: 1 Insufficient cpu")],
        nodes: { complete: false, leaving: true },
      },
      /^10 no node takes pod/,
    ],
    "a key that a Secret does not have": [
      {
        pods: [
          pod(waiting("CreateContainerConfigError", "couldn't find key KEY in Secret soc-agent/s")),
        ],
        events: [event("Failed", "Error: couldn't find key KEY in Secret soc-agent/s")],
      },
      /^10 pod soc-agent-backend-1 cannot begin: couldn't find key KEY in Secret soc-agent\/s\. /,
    ],
    "a user that it may not be": [
      {
        pods: [
          pod(
            waiting(
              "CreateContainerConfigError",
              "container has runAsNonRoot and image will run as root",
            ),
          ),
        ],
        events: [event("Failed", "Error: container has runAsNonRoot and image will run as root")],
      },
      /^10 .*cannot begin: .* will run as root\. Correct the container's securityContext in /,
    ],
    "a ConfigMap that is mounted and missing": [
      {
        pods: [pod(waiting("ContainerCreating"))],
        events: [
          event(
            "FailedMount",
            'MountVolume.SetUp failed for volume "v" : configmap "c" not found',
            {
              count: 6,
            },
          ),
        ],
      },
      /^0 .*cannot begin: configmap "c" not found\. /,
    ],
    "a quota": [
      refused('pods "x" is forbidden: exceeded quota: q'),
      /^10 no pod of Deployment soc-agent-backend can be made: .*exceeded quota.* Raise the namespace's quota/,
    ],
    "Pod Security": [
      refused('pods "x" is forbidden: violates PodSecurity "restricted:latest"'),
      /violates PodSecurity.* Change what the namespace allows/,
    ],
    "a StatefulSet whose pods are refused": [
      {
        objects: [object("StatefulSet", { spec: {}, status: {} })],
        events: [event("FailedCreate", "create Pod is forbidden", of("it"))],
      },
      /no pod of StatefulSet it can be made: create Pod is forbidden/,
    ],
    "a volume without a class": [
      {
        ...claimed("Pending"),
        events: [
          event(
            "FailedBinding",
            "no persistent volumes available for this claim and no storage class is set",
            of("it"),
          ),
        ],
      },
      /^10 volume claim it cannot be bound: no persistent volumes/,
    ],
    "a volume of a class that is not there": [
      {
        ...claimed("Pending"),
        events: [
          event("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found', of("it")),
        ],
      },
      /cannot be bound: storageclass\.storage\.k8s\.io "fast" not found/,
    ],
    "a Job that failed": [
      {
        objects: [object("Job", { status: { conditions: [{ type: "Failed", status: "True" }] } })],
      },
      /^0 Job it has failed/,
    ],
  };
  for (const [title, [over, expected]] of Object.entries(certain)) {
    it(`has ${title}`, () => {
      const found = judged(over);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }

  const uncertain: Readonly<Record<string, Partial<Sight>>> = {
    "a registry that is busy": {
      pods: [pod(waiting("ErrImagePull"))],
      events: [event("Failed", 'Failed to pull image "soc-backend:1": 429: not found')],
    },
    "a login that the kubelet has not heard of yet": refusedLogin("07", 1),
    "an image that an event of another one is about": {
      pods: [pod(waiting("ImagePullBackOff"))],
      events: [event("Failed", 'Failed to pull image "other:1": not found')],
    },
    "an image that was pushed since": {
      pods: [pod(waiting("ImagePullBackOff", '"soc-backend:1": not found'))],
      events: [event("Failed", 'Failed to pull image "soc-backend:1": not found', EARLIER)],
    },
    "a Secret that was made since": {
      pods: [pod(waiting("CreateContainerConfigError", 'secret "s" not found'))],
      events: [event("Failed", 'Error: secret "s" not found', EARLIER)],
    },
    "a Secret that the kubelet has not heard of yet": {
      pods: [
        pod(
          waiting(
            "CreateContainerConfigError",
            "failed to sync secret cache: timed out waiting for the condition",
          ),
        ),
      ],
      events: [
        event("Failed", "Error: failed to sync secret cache: timed out waiting for the condition"),
      ],
    },
    "a closed port of an earlier run": {
      pods: [pod({ restartCount: 2, started: false })],
      events: [{ ...killed(2), ...EARLIER }],
    },
    "a closed port of a container of another name": {
      pods: [pod({ restartCount: 2, started: false })],
      events: [
        event("Killing", "Container old-backend failed startup probe, will be restarted", {
          count: 2,
        }),
      ],
    },
    "what a new namespace does not have yet, while an image is pulled": {
      pods: [pod(waiting("ContainerCreating"))],
      events: [event("FailedMount", 'configmap "kube-root-ca.crt" not found', { count: 2 })],
    },
    "three crashes of a container that serves now": {
      pods: [pod({ ...crashed("Error", 1), state: { running: {} }, ready: true, restartCount: 3 })],
    },
    "an autoscaler that tries again": {
      pods: [unscheduled("0/3 nodes are available")],
      events: [event("NotTriggerScaleUp", "pod didn't trigger scale-up: 1 in backoff")],
      nodes: { complete: false, leaving: true },
    },
    "two crashes": { pods: [pod({ ...crashed("Error", 1), restartCount: 1 })] },
    "a port that is late once": { pods: [pod({ restartCount: 1 })], events: [killed(1)] },
    "a port that was late twice and has opened": {
      pods: [pod({ restartCount: 2, started: true })],
      events: [killed(2)],
    },
    "a node that joins": {
      pods: [unscheduled("0/2 nodes are available")],
      nodes: { complete: false, leaving: false },
    },
    "a pod that makes room": {
      pods: [unscheduled("0/3 nodes are available")],
      nodes: { complete: true, leaving: true },
    },
    "nodes that come by themselves": {
      objects: [deployment()],
      pods: [unscheduled("0/3 nodes are available")],
      nodes: { complete: false, leaving: false },
    },
    "a volume that is being made": {
      ...claimed("Pending"),
      events: [event("WaitForFirstConsumer", "waiting for first consumer", of("it"))],
    },
    "a pod that waits for its volume": {
      pods: [unscheduled("pod has unbound immediate PersistentVolumeClaims")],
    },
    "a volume that was bound after all": {
      ...claimed("Bound"),
      events: [event("FailedBinding", "no storage class is set", of("it"))],
    },
    "a mount that came right": {
      pods: [pod({ state: { running: {} } })],
      events: [event("FailedMount", 'configmap "c" not found')],
    },
    "a quota that what goes still takes": {
      ...refused("exceeded quota"),
      pods: [pod({}, { deleted: true })],
    },
    "a refusal of an earlier revision": {
      objects: [object("StatefulSet", { spec: {}, status: {} })],
      events: [event("FailedCreate", "is forbidden", { ...of("it"), ...EARLIER })],
    },
    "an error of the API server": refused("etcdserver: request timed out"),
    "a refusal of the revision before": {
      events: [event("FailedCreate", "is forbidden", of("set-1"))],
    },
    "an old revision's pods": {
      pods: [
        pod(waiting("InvalidImageName"), { owner: "set-1" }),
        pod(crashed("Error", 1), { owner: "set-1" }),
      ],
    },
  };
  for (const [title, over] of Object.entries(uncertain)) {
    it(`does not have ${title}`, () => assert.deepEqual(judged(over), []));
  }
});
