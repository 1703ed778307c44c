import * as assert from "node:assert/strict";
import { consequences } from "../../../plan/consequences";
import { diffObjects } from "../../../plan/diff";
import type { KubernetesObject } from "../../../plan/objects";

type Objects = readonly KubernetesObject[];

/** What comes of a change, each as its weight and its words. */
const told = (before: Objects, after: Objects) =>
  consequences(diffObjects(before, after), { before, after }).map(
    ({ weight, text, fix }) => `${weight}: ${text}${fix === undefined ? "" : `. ${fix}`}`,
  );

const object = (kind: string, more: object = {}, name = "web"): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});

interface Pods {
  readonly image?: string;
  readonly sum?: string;
  readonly env?: readonly object[];
  readonly cpu?: string;
  readonly spec?: object;
}

const workload = (
  kind: string,
  { image = "web:sha-0123456789ab", sum = "a", env = [], cpu = "100m", spec = {} }: Pods = {},
): KubernetesObject =>
  object(kind, {
    spec: {
      replicas: 2,
      ...spec,
      template: {
        metadata: { annotations: { "checksum/config": sum } },
        spec: {
          containers: [
            {
              name: "web",
              image,
              env,
              resources: { requests: { cpu, memory: "64Mi" }, limits: { cpu: 1 } },
            },
          ],
        },
      },
    },
  });

describe("what comes of a change", () => {
  it("is nothing of nothing", () =>
    assert.deepEqual(told([workload("Deployment")], [workload("Deployment")]), []));

  describe("for pods", () => {
    const first = (kind: string, before: Pods, after: Pods) =>
      told([workload(kind, before)], [workload(kind, after)])[0];

    it("is a restart, with the fields that it comes of", () => {
      assert.equal(
        first("Deployment", {}, { env: [{ name: "A", value: "1" }] }),
        "care: Deployment shop/web: its 2 pods restart (spec.template.spec.containers[web].env[A])",
      );
      assert.equal(
        first("DaemonSet", {}, { env: [{ name: "A" }] })?.replace(/ \(.*/, ""),
        "care: DaemonSet shop/web: its pod restarts on every node",
      );
    });

    it("is a restart by a checksum alone too", () => {
      assert.equal(
        first("StatefulSet", {}, { sum: "b" }),
        "care: StatefulSet shop/web: its 2 pods restart (only checksum/config changes, because what the pods read has changed)",
      );
    });

    it("is a gap where the old pods end first, and nothing where somebody has to end them", () => {
      const recreate = { spec: { replicas: 1, strategy: { type: "Recreate" } } };
      assert.match(
        first("Deployment", recreate, { ...recreate, sum: "b" }) ?? "",
        /its pod restarts, and nothing serves between the old and the new/,
      );
      const byHand = { spec: { updateStrategy: { type: "OnDelete" } } };
      assert.match(
        first("StatefulSet", byHand, { ...byHand, sum: "b" }) ?? "",
        /stay as they are until somebody deletes them/,
      );
    });

    it("is none outside of the template, nor for what ends by itself", () => {
      assert.deepEqual(
        told([workload("Deployment")], [workload("Deployment", { spec: { paused: true } })]),
        [],
      );
      assert.doesNotMatch(
        told([workload("CronJob")], [workload("CronJob", { sum: "b" })]).join(),
        /restart/,
      );
    });
  });

  describe("for fields that cannot change", () => {
    const refused: readonly (readonly [string, object, object, RegExp])[] = [
      [
        "Deployment",
        { spec: { selector: { a: 1 } } },
        { spec: { selector: { a: 2 } } },
        /spec\.selector\.a cannot be changed\. Undo it, or .*kubectl --namespace shop delete deployment web \(/,
      ],
      [
        "StatefulSet",
        { spec: { volumeClaimTemplates: [] } },
        { spec: { volumeClaimTemplates: [{ metadata: {} }] } },
        /volumeClaimTemplates.* delete statefulset web --cascade=orphan \(its pods and volumes stay/,
      ],
      [
        "StatefulSet",
        { spec: { serviceName: "a" } },
        { spec: { serviceName: "b" } },
        /spec\.serviceName cannot/,
      ],
      ["Service", { spec: { clusterIP: "None" } }, { spec: {} }, /spec\.clusterIP cannot/],
      [
        "Job",
        { spec: { template: { spec: { a: 1 } } } },
        { spec: { template: { spec: { a: 2 } } } },
        /spec\.template\.spec\.a cannot/,
      ],
      [
        "PersistentVolumeClaim",
        { spec: { storageClassName: "a" } },
        { spec: { storageClassName: "b" } },
        /so copy it first/,
      ],
      [
        "RoleBinding",
        { roleRef: { name: "a" } },
        { roleRef: { name: "b" } },
        /roleRef\.name cannot/,
      ],
      [
        "ConfigMap",
        { immutable: true, data: { a: "1" } },
        { immutable: true, data: { a: "2" } },
        /data\.a cannot/,
      ],
      ["Secret", { type: "Opaque" }, { type: "kubernetes.io/tls" }, /type cannot/],
    ];
    for (const [kind, before, after, message] of refused) {
      it(`is a failed upgrade, with what to do: ${kind} ${Object.keys(before).join()}`, () => {
        const [danger = ""] = told([object(kind, before)], [object(kind, after)]);
        assert.match(danger, /^danger: Helm's upgrade fails at /);
        assert.match(danger, message);
      });
    }

    const fine: readonly (readonly [string, object, object])[] = [
      ["StatefulSet", { spec: { replicas: 1 } }, { spec: { replicas: 2 } }],
      ["Service", { spec: { ports: [] } }, { spec: { ports: [{ port: 80 }] } }],
      [
        "PersistentVolumeClaim",
        { spec: { resources: { requests: { storage: "1Gi" } } } },
        { spec: { resources: { requests: { storage: "2Gi" } } } },
      ],
      ["ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }],
    ];
    for (const [kind, before, after] of fine) {
      it(`is none where they can: ${kind} ${JSON.stringify(before)}`, () => {
        assert.deepEqual(
          told([object(kind, before)], [object(kind, after)]).filter((one) =>
            one.startsWith("danger"),
          ),
          [],
        );
      });
    }

    it("is none where the object is another one, or is made anew each time", () => {
      const job = (name: string, run: number, annotations = {}) =>
        object("Job", { metadata: { name, annotations }, spec: { template: run } });
      assert.deepEqual(told([job("key-0a1b2c3d", 1)], [job("key-1a1b2c3d", 2)]), []);
      const hook = { "helm.sh/hook": "pre-upgrade" };
      assert.deepEqual(told([job("key", 1, hook)], [job("key", 2, hook)]), []);
    });
  });

  describe("for data", () => {
    it("is that it goes with what holds it", () => {
      const gone = [object("Namespace"), object("PersistentVolumeClaim"), object("ConfigMap")];
      assert.deepEqual(told(gone, []), [
        "danger: Namespace shop/web is deleted, with all that is in it, volumes too",
        "danger: PersistentVolumeClaim shop/web is deleted, and with it what is in the volume",
      ]);
      const kept = object("PersistentVolumeClaim", {
        metadata: { name: "data", annotations: { "helm.sh/resource-policy": "keep" } },
      });
      assert.match(told([kept], []).join(), /^note: .* stays in the cluster/);
    });

    it("is that it goes with a Kind cluster that is made anew", () => {
      const cluster = (workers: number) =>
        object("Cluster", {
          apiVersion: "kind.x-k8s.io/v1alpha4",
          nodes: Array(workers).fill({ role: "worker" }),
        });
      assert.match(
        told([cluster(1)], [cluster(2)]).join(),
        /^danger: Pulumi replaces Kind's Cluster .*because of nodes/,
      );
      assert.match(told([cluster(1)], []).join(), /^danger: Kind's Cluster shop\/web is deleted/);
    });
  });

  it("is what pods may do in a namespace", () => {
    const namespace = (level?: string) =>
      object("Namespace", {
        metadata: {
          name: "shop",
          labels: level && { "pod-security.kubernetes.io/enforce": level },
        },
      });
    assert.deepEqual(told([namespace("restricted")], [namespace()]), [
      "care: Namespace shop goes from Pod Security level restricted to privileged: pods may do more there",
    ]);
    assert.match(
      told([namespace("baseline")], [namespace("restricted")]).join(),
      /pods that do not fit are refused/,
    );
  });

  it("is who may do what", () => {
    const role = (...verbs: string[]) =>
      object("Role", { rules: [{ apiGroups: ["", "apps"], resources: ["secrets"], verbs }] });
    assert.deepEqual(told([role("get", "list")], [role("get", "watch", "delete")]), [
      "care: Role shop/web now allows watch, delete secrets; watch, delete secrets.apps",
      "note: Role shop/web no longer allows list secrets; list secrets.apps",
    ]);
    const binding = object("RoleBinding", {
      roleRef: { kind: "Role", name: "web" },
      subjects: [{ kind: "ServiceAccount", name: "web", namespace: "shop" }],
    });
    assert.deepEqual(told([], [binding]), [
      "care: RoleBinding shop/web now allows Role web to ServiceAccount shop/web",
    ]);
  });

  it("is which images run, and what pins them", () => {
    const images = (image: string) => [workload("Deployment", { image })];
    const said = (before: string, after: string) =>
      told(images(before), images(after)).filter((one) => one.includes("Image"));
    const digest = `gcr.io/web:2@sha256:${"a".repeat(64)}`;
    assert.deepEqual(said("gcr.io/web:1", digest), [
      `note: Image gcr.io/web:1 becomes ${digest}, by digest`,
    ]);
    assert.deepEqual(said("gcr.io/web:1", "other:1"), [
      "note: Image other:1 is new, by a tag that can be another image tomorrow",
      "note: Image gcr.io/web:1 is no longer used",
    ]);
  });

  describe("for the nodes", () => {
    const scaler = (minReplicas: number, maxReplicas: number) =>
      object("HorizontalPodAutoscaler", {
        spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas, maxReplicas },
      });
    const asked = (before: Objects, after: Objects) =>
      told(before, after).filter((one) => /pods together|autoscalers/.test(one));

    it("is what all pods ask for", () => {
      assert.deepEqual(asked([workload("Deployment")], [workload("Deployment", { cpu: "1" })]), [
        "note: All pods together: requests cpu 200m -> 2, memory 128Mi as before; limits cpu 2 as before, memory 0 as before",
      ]);
    });

    it("is what they ask for when autoscalers have made as many as they may", () => {
      const [least, most] = asked(
        [workload("Deployment"), scaler(2, 4)],
        [workload("Deployment"), scaler(3, 10)],
      );
      assert.match(least ?? "", /All pods together: requests cpu 200m -> 300m/);
      assert.match(most ?? "", /autoscalers may make: requests cpu 400m -> 1,/);
    });

    it("is the most that init containers or the others ask for", () => {
      const pods = (init: object[]) =>
        object("Deployment", {
          spec: { template: { spec: { initContainers: init, containers: [] } } },
        });
      const init = (cpu: string, more = {}) => ({
        name: cpu,
        image: "i",
        resources: { requests: { cpu } },
        ...more,
      });
      assert.match(
        asked(
          [pods([])],
          [pods([init("2"), init("3"), init("1", { restartPolicy: "Always" })])],
        ).join(),
        /requests cpu 0 -> 3,/,
      );
    });
  });

  it("comes with the heaviest first", () => {
    const before = [workload("Deployment"), object("PersistentVolumeClaim")];
    const weights = told(before, [workload("Deployment", { image: "web:2", cpu: "2" })]).map(
      (one) => one.split(":")[0],
    );
    assert.deepEqual(weights, ["danger", "care", "note", "note"]);
  });
});
