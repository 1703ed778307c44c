import * as assert from "node:assert/strict";
import { awaitMinimum } from "../../../cluster/autoscaler";
import { Scratch } from "../support/fakes";

describe("awaitMinimum", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());
  const of = () => ({ kubeconfigFile: "prod.yaml", namespace: "soc-agent", env: scratch.env() });

  const deployment = (readyReplicas?: number, name = "api") => ({
    kind: "Deployment",
    metadata: { name },
    status: readyReplicas === undefined ? {} : { readyReplicas },
  });
  const autoscaler = (minReplicas?: number, kind = "Deployment") => ({
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "hpa" },
    spec: { scaleTargetRef: { kind, name: "api" }, maxReplicas: 8, minReplicas },
  });

  /** A kubectl that shows each list once, and the last for good. */
  const cluster = (...lists: readonly (readonly object[])[]) => {
    const cases = lists.map((items, index) => {
      const last = index === lists.length - 1;
      return `  ${last ? "*" : index + 1}) echo '${JSON.stringify({ items })}' ;;`;
    });
    scratch.program(
      "kubectl",
      `case "$*" in *"get pods"*) echo '{"items":[]}'; exit ;; esac
while read -r line; do count=$((count + 1)); done <"$CALLS"
case "$count" in
${cases.join("\n")}
esac`,
    );
  };

  it("ends when there are as many ready pods as the autoscaler's minimum", async () => {
    const hpa = autoscaler(4);
    cluster([deployment(), hpa], [deployment(3), hpa], [deployment(4), hpa]);
    await awaitMinimum(of());
    assert.equal(scratch.calls.length, 3);
    assert.match(scratch.calls[0] ?? "", /--kubeconfig=prod\.yaml --namespace=soc-agent/);
  });

  it("asks again where the cluster does not answer", async () => {
    const failing = ["1) exit 1 ;;", "*) echo '{\"items\":[]}' ;;"];
    scratch.program(
      "kubectl",
      `while read -r line; do count=$((count + 1)); done <"$CALLS"
case "$count" in ${failing.join(" ")} esac`,
    );
    await awaitMinimum(of());
    assert.equal(scratch.calls.length, 2);
  });

  it("has nothing to wait for without an autoscaler, or for one of something else", async () => {
    for (const items of [[], [deployment(1)], [autoscaler(2)], [deployment(1), autoscaler()]]) {
      cluster(items);
      await awaitMinimum(of(), -1);
    }
    cluster([deployment(1), autoscaler(2, "StatefulSet")]);
    await awaitMinimum(of(), -1);
  });

  it("says what is missing when time is up, and how the pods are", async () => {
    cluster([deployment(1), autoscaler(4)]);
    await assert.rejects(
      awaitMinimum(of(), -1),
      /^Error: api has 1 of the 4 pods that its autoscaler keeps\nAll 0 pods .* are ready\.$/,
    );
  });
});
