import * as assert from "node:assert/strict";
import { render, type Values } from "./support/helm";
import { find, ofKind } from "./support/manifest";

const resource = (name: string, averageUtilization: number) => ({
  type: "Resource",
  resource: { name, target: { type: "Utilization", averageUtilization } },
});

const QUEUE = {
  type: "Pods",
  pods: {
    metric: { name: "soc_active_websocket_connections" },
    target: { type: "AverageValue", averageValue: "100" },
  },
};

/** HPA values, and the metrics that they make. */
const METRICS: readonly (readonly [string, Values, readonly unknown[]])[] = [
  ["CPU by default", {}, [resource("cpu", 70)]],
  [
    "CPU and memory",
    { targetMemoryUtilizationPercentage: 80 },
    [resource("cpu", 70), resource("memory", 80)],
  ],
  [
    "memory alone",
    { targetCPUUtilizationPercentage: "", targetMemoryUtilizationPercentage: 80 },
    [resource("memory", 80)],
  ],
  ["metrics of one's own besides", { metrics: [QUEUE] }, [resource("cpu", 70), QUEUE]],
  ["metrics of one's own alone", { targetCPUUtilizationPercentage: "", metrics: [QUEUE] }, [QUEUE]],
];

describe("chart: HorizontalPodAutoscalers", function () {
  this.timeout(60_000);

  for (const part of ["backend", "frontend"]) {
    const hpaWith = async (values: Values) => {
      const hpa = { enabled: true, ...values };
      const manifests = await render({ values: { [part]: { hpa } } });
      return find(manifests, "HorizontalPodAutoscaler", `soc-agent-${part}`).spec;
    };

    for (const [title, values, metrics] of METRICS) {
      it(`scale the ${part} by ${title}`, async () => {
        assert.deepEqual((await hpaWith(values)).metrics, metrics);
      });
    }

    it(`scale the ${part}'s own Deployment, as fast as told`, async () => {
      const behavior = {
        scaleDown: { stabilizationWindowSeconds: 600 },
        scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] },
      };
      const spec = await hpaWith({ minReplicas: 3, maxReplicas: 6, behavior });
      assert.deepEqual(spec.scaleTargetRef, {
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: `soc-agent-${part}`,
      });
      assert.deepEqual([spec.minReplicas, spec.maxReplicas], [3, 6]);
      assert.deepEqual(spec.behavior, behavior);
      assert.equal((await hpaWith({})).behavior, undefined);
    });
  }

  it("are the backend's alone by default", async () => {
    const names = ofKind(await render(), "HorizontalPodAutoscaler").map((one) => one.metadata.name);
    assert.deepEqual(names, ["soc-agent-backend"]);
  });
});

/** Budget values, and what the budget then says. */
const BUDGETS: readonly (readonly [string, Values, Values | undefined])[] = [
  ["one pod may go", {}, { maxUnavailable: 1 }],
  ["a part of them may go", { maxUnavailable: "25%" }, { maxUnavailable: "25%" }],
  ["none may go", { maxUnavailable: 0 }, { maxUnavailable: 0 }],
  ["two must stay", { minAvailable: 2 }, { minAvailable: 2 }],
  ["half must stay", { minAvailable: "50%" }, { minAvailable: "50%" }],
  ["it is off", { enabled: false }, undefined],
];

describe("chart: PodDisruptionBudgets", function () {
  this.timeout(60_000);

  for (const [title, pdb, expected] of BUDGETS) {
    it(`of every part say that ${title}`, async () => {
      const values = { backend: { pdb }, frontend: { pdb }, redis: { pdb } };
      const budgets = ofKind(await render({ values }), "PodDisruptionBudget");
      assert.equal(budgets.length, expected === undefined ? 0 : 3);
      for (const { spec } of budgets) {
        const { selector: _, unhealthyPodEvictionPolicy, ...numbers } = spec;
        assert.deepEqual(numbers, expected);
        assert.equal(unhealthyPodEvictionPolicy, "AlwaysAllow");
      }
    });
  }
});
