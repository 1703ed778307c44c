import * as assert from "node:assert/strict";
import { awaitWorkloads } from "../../../cluster/stackParts";
import { Scratch } from "../support/fakes";

describe("awaitWorkloads", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const deployment = (name: string, readyReplicas: number) => ({
    kind: "Deployment",
    metadata: { name },
    spec: { replicas: 1 },
    status: { readyReplicas },
  });
  const daemonSet = (status: object) => ({
    kind: "DaemonSet",
    metadata: { name: "otel-collector" },
    spec: {},
    status,
  });
  const pod = {
    metadata: { name: "grafana-1" },
    status: {
      containerStatuses: [
        { name: "grafana", ready: false, state: { waiting: { reason: "ImagePullBackOff" } } },
      ],
    },
  };

  /** A kubectl that shows the workloads of each namespace. */
  function missing(namespaces: Readonly<Record<string, readonly object[]>>, patience = -1) {
    const cases = Object.entries(namespaces).map(
      ([name, items]) => `  *namespace=${name}" "*) echo '${JSON.stringify({ items })}' ;;`,
    );
    scratch.program(
      "kubectl",
      `case "$*" in
  *"get pods"*) echo '${JSON.stringify({ items: [pod] })}' ;;
${cases.join("\n")}
esac`,
    );
    const target = { kubeconfigFile: "dev.yaml", env: scratch.env() };
    return awaitWorkloads(target, Object.keys(namespaces), patience);
  }

  it("has nothing to say once all of it is there", async () => {
    assert.deepEqual(
      await missing({
        a: [deployment("grafana", 1)],
        b: [daemonSet({ desiredNumberScheduled: 3, numberReady: 3 })],
      }),
      [],
    );
  });

  it("names what is missing when time is up, and why", async () => {
    assert.deepEqual(await missing({ a: [deployment("grafana", 0), deployment("jaeger", 1)] }), [
      "grafana has 0 of 1 pods: waiting for grafana-1 (container grafana: ImagePullBackOff)",
    ]);
  });

  it("takes neither an empty namespace nor a DaemonSet without nodes for all of it", async () => {
    const [empty, none] = await missing({
      a: [],
      b: [daemonSet({ desiredNumberScheduled: 0, numberReady: 0 })],
    });
    assert.match(empty ?? "", /^nothing is there/);
    assert.match(none ?? "", /^otel-collector has 0 of 1 pods/);
  });

  it("says that the cluster does not answer", async () => {
    scratch.program("kubectl", 'echo "no such host" >&2; exit 1');
    const target = { kubeconfigFile: "dev.yaml", env: scratch.env() };
    assert.match(
      (await awaitWorkloads(target, ["a"], -1))[0] ?? "",
      /namespace a: .*no such host/s,
    );
  });
});
