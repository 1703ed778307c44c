/** What the pods of several parts have in common: `_pods.tpl`, the PodDisruptionBudgets, the accounts. */
import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import { containerOf, type Deployment, find, ofKind, pods, workloads } from "./support/manifest";
import { PROFILES } from "./support/profiles";

/** What a pod's own preferences know its siblings by; every selector has the chart's name besides. */
const SIBLINGS = {
  backend: { app: "soc-backend", release: "soc-agent" },
  frontend: { app: "soc-frontend", release: "soc-agent" },
  redis: { app: "redis", release: "soc-agent" },
} as const;
const NAME = { "app.kubernetes.io/name": "soc-agent" };

async function deployment(part: string, values: Values = {}, kubeVersion = "1.34.0") {
  return find(await render({ values, kubeVersion }), "Deployment", `soc-agent-${part}`);
}

describe("chart: rollouts", function () {
  this.timeout(60_000);

  for (const part of ["backend", "frontend"] as const) {
    describe(`of the ${part}`, () => {
      const preStop = (made: Deployment) => containerOf(made).lifecycle?.preStop;
      const grace = (made: Deployment) => made.spec.template.spec.terminationGracePeriodSeconds;

      it("replace a pod only when its successor is ready, and fail without progress", async () => {
        const { spec } = await deployment(part);
        assert.deepEqual(spec.strategy, {
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
        });
        assert.equal(spec.minReadySeconds, 0);
        assert.equal(spec.progressDeadlineSeconds, 300);
      });

      it("wait before a pod stops, by the kubelet from Kubernetes 1.30 on", async () => {
        for (const version of ["1.30.0", "v1.34.4-gke.100"]) {
          const made = await deployment(part, {}, version);
          assert.deepEqual(preStop(made), { sleep: { seconds: 10 } });
          assert.equal(grace(made), 30);
        }
      });

      it("wait by a command before that", async () => {
        const made = await deployment(part, {}, "1.29.9");
        assert.deepEqual(preStop(made), { exec: { command: ["sleep", "10"] } });
        assert.equal(grace(made), 30);
      });

      it("take their times from values, and give a pod the sum of them to end", async () => {
        const rollout = {
          maxSurge: "100%",
          minReadySeconds: 5,
          preStopSeconds: 3,
          drainSeconds: 40,
        };
        const made = await deployment(part, { [part]: { rollout } });
        assert.deepEqual(made.spec.strategy?.rollingUpdate, {
          maxUnavailable: 0,
          maxSurge: "100%",
        });
        assert.equal(made.spec.minReadySeconds, 5);
        assert.deepEqual(preStop(made), { sleep: { seconds: 3 } });
        assert.equal(grace(made), 43);
      });

      it("do not wait at all when they need not", async () => {
        const made = await deployment(part, { [part]: { rollout: { preStopSeconds: 0 } } });
        assert.equal(containerOf(made).lifecycle, undefined);
        assert.equal(grace(made), 20);
      });

      it("prefer to spread the pods over nodes and zones, and never insist", async () => {
        const spec = (await deployment(part)).spec.template.spec;
        const terms =
          spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
        const labelSelector = { matchLabels: SIBLINGS[part] };
        assert.deepEqual(terms, [
          {
            weight: 100,
            podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector },
          },
        ]);
        assert.deepEqual(
          spec.topologySpreadConstraints,
          ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector,
            matchLabelKeys: ["pod-template-hash"],
          })),
        );
      });

      it("spread without regard to revisions where Kubernetes cannot tell them, before 1.27", async () => {
        const spec = (await deployment(part, {}, "1.26.9")).spec.template.spec;
        assert.equal(spec.topologySpreadConstraints?.length, 2);
        assert.ok(spec.topologySpreadConstraints?.every((one) => !("matchLabelKeys" in one)));
      });
    });
  }
});

describe("chart: *-pdb.yaml", function () {
  this.timeout(60_000);

  const cases = [
    ["and lets broken pods go", "1.27.0", "AlwaysAllow"],
    ["also where Kubernetes does not know broken pods, before 1.27", "1.26.9", undefined],
  ] as const;
  for (const [title, kubeVersion, eviction] of cases) {
    it(`lets one pod of each part go at any time, ${title}`, async () => {
      const budgets = ofKind(await render({ kubeVersion }), "PodDisruptionBudget");
      assert.deepEqual(
        budgets.map(({ metadata, spec }) => [metadata.name, spec.selector.matchLabels]),
        Object.entries(SIBLINGS).map(([part, labels]) => [
          `soc-agent-${part}`,
          { ...NAME, ...labels },
        ]),
      );
      for (const { spec } of budgets) {
        assert.equal(spec.maxUnavailable, 1);
        assert.equal(spec.unhealthyPodEvictionPolicy, eviction);
      }
    });
  }

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`covers every workload exactly once with ${profile} values`, async () => {
      const manifests = await render({ values });
      assert.deepEqual(
        ofKind(manifests, "PodDisruptionBudget").map(({ metadata }) => metadata.name),
        workloads(manifests)
          .map(({ metadata }) => metadata.name)
          .sort(),
      );
    });
  }
});

describe("chart: *-serviceaccount.yaml", function () {
  this.timeout(60_000);

  const own = ["backend", "frontend", "redis", "redis-password"];
  const parts = own.map((part) => `soc-agent-${part}`);
  const cases = [
    ["makes one for each part, and for the Job that makes Redis's password", {}, parts, parts],
    ["makes none and uses the namespace's default", { create: false }, [], ["default"]],
    ["makes none and uses the given one", { create: false, name: "mine" }, [], ["mine"]],
  ] as const;
  for (const [title, serviceAccount, made, used] of cases) {
    it(title, async () => {
      const manifests = await render({ values: { serviceAccount } });
      const accounts = ofKind(manifests, "ServiceAccount");

      assert.deepEqual(accounts.map(({ metadata }) => metadata.name).sort(), made);
      assert.ok(accounts.every((account) => account.automountServiceAccountToken === false));
      const names = new Set(pods(manifests).map(({ spec }) => spec.serviceAccountName));
      assert.deepEqual([...names].sort(), used);
    });
  }
});

describe("chart: where pods run", function () {
  this.timeout(60_000);

  const settings: Values = {
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "dedicated", operator: "Exists" }],
    priorityClassName: "high",
  };
  for (const [key, value] of Object.entries(settings)) {
    it(`passes ${key} to every pod, and none by default`, async () => {
      for (const { name, spec } of pods(await render({ values: { [key]: value } }))) {
        assert.deepEqual(spec[key as keyof typeof spec], value, name);
      }
      for (const { name, spec } of pods(await render())) {
        assert.ok(!(key in spec), name);
      }
    });
  }

  it("takes numbers and booleans as labels of nodes, which are texts", async () => {
    const values = { nodeSelector: { gpu: true, "rack-id": 1_000_000 } };
    for (const { name, spec } of pods(await render({ values }))) {
      assert.deepEqual(spec.nodeSelector, { gpu: "true", "rack-id": "1000000" }, name);
    }
  });
});
