import * as assert from "node:assert/strict";
import { podsOf, unready } from "../../../../cluster/wait/ready";
import type { Workload } from "../../../../cluster/wait/sight";
import { deployment, object, pod, replicaSet, sight } from "../../support/awaited";

describe("unready", () => {
  const rolled = (readyReplicas: number, over: Parameters<typeof deployment>[0] = {}) =>
    unready(
      sight({
        objects: [deployment(over)],
        replicaSets: [replicaSet("1", 2), replicaSet("2", readyReplicas)],
      }),
    );

  it("counts the ready pods of a Deployment's newest revision alone", () => {
    assert.deepEqual(rolled(1), ["Deployment soc-agent-backend has 1 of 2 pods ready"]);
    assert.deepEqual(rolled(2), []);
  });

  it("waits for a change that its controller has not seen yet", () => {
    assert.deepEqual(rolled(2, { generation: 3 }), [
      "Deployment soc-agent-backend is about to change",
    ]);
  });

  it("does without the pods that a strategy lets be missing, rounded as Kubernetes rounds", () => {
    const strategy = (rollingUpdate: object) => ({ spec: { strategy: { rollingUpdate } } });
    assert.deepEqual(rolled(1, strategy({ maxUnavailable: 1 })), []);
    assert.deepEqual(rolled(1, strategy({ maxUnavailable: "50%" })), []);
    assert.equal(rolled(1, strategy({ maxUnavailable: "49%" })).length, 1);
    // Neither of the two would be a rollout that never begins.
    assert.deepEqual(rolled(1, strategy({ maxUnavailable: 0, maxSurge: 0 })), []);
    assert.equal(rolled(1, { spec: { strategy: { type: "Recreate" } } }).length, 1);
  });

  it("waits for an autoscaler's minimum", () => {
    const autoscaler = object("HorizontalPodAutoscaler", {
      spec: { minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "soc-agent-backend" } },
    });
    const one = deployment({ spec: { replicas: 1 }, status: { readyReplicas: 1 } });
    const sets = [replicaSet("2", 1)];
    assert.deepEqual(unready(sight({ objects: [one], replicaSets: sets })), []);
    assert.deepEqual(unready(sight({ objects: [one, autoscaler], replicaSets: sets })), [
      "soc-agent-backend has 1 of the 2 pods that its autoscaler keeps",
    ]);
  });

  const others: readonly (readonly [string, ReturnType<typeof object>, boolean])[] = [
    ["a StatefulSet whose pods are ready", statefulSet({ readyReplicas: 1 }), true],
    ["a StatefulSet with none", statefulSet({}), false],
    [
      "a StatefulSet whose old pod is ready",
      statefulSet({ readyReplicas: 1, currentRevision: "a", updateRevision: "b" }),
      false,
    ],
    ["a DaemonSet on all nodes but one, of which one may be missing", daemonSet(3, 2), true],
    ["a DaemonSet with two missing", daemonSet(3, 1), false],
    ["a DaemonSet that is half rolled out", daemonSet(3, 3, 1), false],
    ["a bound volume", object("PersistentVolumeClaim", { status: { phase: "Bound" } }), true],
    ["a pending one", object("PersistentVolumeClaim", { status: { phase: "Pending" } }), false],
    ["a Service inside", object("Service", { spec: { type: "ClusterIP" } }), true],
    ["a load balancer without an address", object("Service", balancer([])), false],
    ["one with an address", object("Service", balancer([{ ip: "192.0.2.1" }])), true],
    ["a Job at work", object("Job", {}), false],
    ["a Job that is done", object("Job", condition("Complete")), true],
    ["a definition", object("CustomResourceDefinition", condition("Established")), true],
    ["one that is not served yet", object("CustomResourceDefinition", {}), false],
  ];
  for (const [title, one, ready] of others) {
    it(`takes ${title} for ${ready ? "ready" : "not ready"}`, () =>
      assert.equal(unready(sight({ objects: [one] })).length, ready ? 0 : 1));
  }

  it("names what is not there", () => {
    assert.deepEqual(unready(sight({ objects: [], absent: ["Service it"] })), [
      "Service it is not there",
    ]);
  });
});

describe("podsOf", () => {
  it("leaves out pods of older revisions, of others, and those that go", () => {
    const pods = [
      pod({}),
      pod({}, { owner: "set-1" }),
      pod({}, { owner: "other" }),
      pod({}, { deleted: true }),
    ];
    assert.deepEqual(podsOf(deployment(), sight({ pods })), pods.slice(0, 1));
  });

  it("tells the newest pods of a StatefulSet and a DaemonSet by their labels", () => {
    const labelled = (name: string, value: string) => {
      const one = pod({}, { owner: "it" });
      return { ...one, metadata: { ...one.metadata, labels: { [name]: value } } };
    };
    const hash = "controller-revision-hash";
    const updated = statefulSet({ updateRevision: "b" }) as Workload;
    const pods = [labelled(hash, "a"), labelled(hash, "b")];
    assert.deepEqual(podsOf(updated, sight({ pods })), pods.slice(1));

    const generation = "pod-template-generation";
    const [daemon] = [daemonSet(1, 1) as Workload];
    const made = [labelled(generation, "1"), labelled(generation, "2")];
    assert.deepEqual(podsOf(daemon, sight({ pods: made })), made.slice(1));
  });
});

function statefulSet(status: object) {
  return object("StatefulSet", {
    spec: { replicas: 1, updateStrategy: { type: "RollingUpdate" } },
    status: { observedGeneration: 1, ...status },
  });
}

function daemonSet(desired: number, numberReady: number, updated = desired) {
  const one = object("DaemonSet", {
    spec: {},
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: desired,
      updatedNumberScheduled: updated,
      numberReady,
    },
  });
  const annotations = { "deprecated.daemonset.template.generation": "2" };
  return { ...one, metadata: { ...one.metadata, annotations } } as typeof one;
}

function balancer(ingress: readonly object[]) {
  return { spec: { type: "LoadBalancer" }, status: { loadBalancer: { ingress } } };
}

function condition(type: string) {
  return { status: { conditions: [{ type, status: "True" }] } };
}
