import * as assert from "node:assert/strict";
import { withDefaults } from "../../../config/defaults";
import { cause } from "../../../machine/faults";
import { platformsOf, unbuildable, type SeenNode } from "../../../machine/nodePlatforms";

describe("platformsOf", () => {
  const node = (architecture: string, taint?: string, effect = "NoSchedule"): SeenNode =>
    ({
      metadata: { name: "node", labels: { "kubernetes.io/arch": architecture } },
      spec: { ...(taint && { taints: [{ key: taint, effect }] }) },
      status: { nodeInfo: { operatingSystem: "linux", architecture } },
    }) as unknown as SeenNode;
  const windows = {
    metadata: { name: "windows" },
    spec: {},
    status: { nodeInfo: { operatingSystem: "windows", architecture: "amd64" } },
  } as SeenNode;

  const clusters: [title: string, nodes: SeenNode[], platforms: string[]][] = [
    ["nodes that agree", [node("arm64"), node("arm64")], ["linux/arm64"]],
    ["nodes that do not", [node("arm64"), node("amd64")], ["linux/amd64", "linux/arm64"]],
    ["nodes of Windows", [node("arm64"), windows], ["linux/arm64"]],
    // As GKE taints them: https://cloud.google.com/kubernetes-engine/docs/how-to/prepare-arm-workloads-for-deployment
    [
      "nodes for those who ask",
      [node("arm64", "kubernetes.io/arch"), node("amd64")],
      ["linux/amd64"],
    ],
    ["a cordoned node", [node("arm64", "node.kubernetes.io/unschedulable")], ["linux/arm64"]],
    ["a node to be avoided", [node("arm64", "spot", "PreferNoSchedule")], ["linux/arm64"]],
    ["no nodes yet", [], []],
  ];
  for (const [title, nodes, platforms] of clusters) {
    it(`judges ${title}`, () => assert.deepEqual(platformsOf(nodes), platforms));
  }

  it("judges those nodes alone that the chart's values let pods on", () => {
    const mixed = [node("arm64"), node("amd64")];
    const values = { nodeSelector: { "kubernetes.io/arch": "amd64" } };
    assert.deepEqual(platformsOf(mixed, values), ["linux/amd64"]);
    const tainted = [node("arm64", "dedicated")];
    assert.deepEqual(platformsOf(tainted), []);
    const tolerations = [{ key: "dedicated", operator: "Exists" }];
    assert.deepEqual(platformsOf(tainted, { tolerations }), ["linux/arm64"]);
  });
});

describe("unbuildable", () => {
  const { images } = withDefaults({ images: { backend: { platform: "linux/amd64" } } });
  const named = (engine: string, nodes: string, runs: readonly string[]) =>
    unbuildable(images, engine, nodes, runs).map((fault) => cause(fault).replace(/,.*/, ""));

  it("names what an engine cannot run, and nothing that it runs by itself or by emulation", () => {
    assert.deepEqual(named("linux/amd64", "linux/amd64", []), []);
    assert.deepEqual(named("linux/arm64", "linux/arm64", ["linux/arm64"]), [
      "backend is built for linux/amd64",
    ]);
    assert.deepEqual(named("linux/amd64", "linux/arm64", ["linux/amd64"]), [
      "frontend is built for linux/arm64",
    ]);
    assert.deepEqual(named("linux/arm64", "linux/amd64", ["linux/arm64", "linux/amd64"]), []);
  });
});
