import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import {
  clusterState,
  findKindCluster,
  lostNodes,
  nodeNames,
  type KindClusterState,
  type Node,
  type NodeIdentity,
} from "../../../machine/kindCluster";
import { Scratch } from "../support/fakes";

describe("clusterState", () => {
  const nodes = (...identities: NodeIdentity[]): Node[] =>
    identities.map((identity, index) => ({ name: `node-${index}`, running: true, identity }));
  const ours = {
    kind: "ours",
    identity: "a.1",
    nodes: ["node-0", "node-1"],
    stopped: [],
  } as const;
  const foreign = { kind: "foreign", nodes: ["node-0", "node-1"] } as const;
  const cases: [string, Node[], string | undefined, KindClusterState][] = [
    ["no node", [], "a.1", { kind: "absent" }],
    ["our identity", nodes("a.1", null), "a.1", ours],
    ["only workers left", nodes(undefined, "a.1"), "a.1", ours],
    [
      "our identity on a node that is stopped",
      [...nodes("a.1"), { name: "node-1", running: false, identity: "a.1" }],
      "a.1",
      { ...ours, stopped: ["node-1"] },
    ],
    [
      "nodes that kubeadm never reached, after a run of ours",
      nodes(undefined, undefined),
      "a.1",
      { kind: "unfinished" },
    ],
    [
      "nodes that kubeadm never reached, without one",
      nodes(undefined, undefined),
      undefined,
      foreign,
    ],
    ["another identity", nodes("b.2", "b.2"), "a.1", foreign],
    ["an identity that we do not remember", nodes("a.1", "a.1"), undefined, foreign],
    ["a cluster made by hand", nodes(null, null), "a.1", foreign],
  ];
  for (const [title, given, remembered, expected] of cases) {
    it(`calls ${title} ${expected.kind}`, () => {
      assert.deepEqual(clusterState(given, remembered), expected);
    });
  }
});

describe("findKindCluster", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  for (const [title, said] of [
    ["has no configuration yet", "Could not find the file /kind/kubeadm.conf in container node-0"],
    ["is being removed", "RWLayer of container 1f is unexpectedly nil"],
    ["is about to be removed", "removal of container 1f is already in progress"],
    ["is gone by now", "No such container: node-0"],
  ] as const) {
    it(`takes a node that ${title} for one of a cluster that was not finished`, async () => {
      scratch.program(
        "docker",
        `case "$1" in
  ps) echo "node-0 running" ;;
  *) echo "Error response from daemon: ${said}" >&2; exit 1 ;;
esac`,
      );
      scratch.takePath();
      const file = scratch.file("identity");
      fs.writeFileSync(file, "a.1");
      assert.deepEqual(await findKindCluster("node", file), { kind: "unfinished" });
    });
  }
});

describe("lostNodes", () => {
  const settings = { name: "soc", workers: 2 };
  const found = (...nodes: string[]) =>
    ({ kind: "ours", identity: "a.1", nodes, stopped: [] }) as const;

  it("knows the names that Kind gives", () => {
    assert.deepEqual(nodeNames(settings), ["soc-control-plane", "soc-worker", "soc-worker2"]);
  });
  it("misses none of a whole cluster, whatever else is there", () => {
    assert.deepEqual(lostNodes(settings, found(...nodeNames(settings), "soc-worker3")), []);
  });
  it("names those that are gone", () => {
    assert.deepEqual(lostNodes(settings, found("soc-worker2")), [
      "soc-control-plane",
      "soc-worker",
    ]);
  });
});
