import * as assert from "node:assert/strict";
import {
  clusterState,
  dockerAdvice,
  stackFiles,
  type DockerFailure,
  type KindClusterState,
  type NodeIdentity,
} from "../../machine";

describe("clusterState", () => {
  const nodes = ["soc-demo-control-plane", "soc-demo-worker"];
  const cases: [string, readonly string[], NodeIdentity[], string | undefined, KindClusterState][] =
    [
      ["no node", [], [], "a.1", { kind: "absent" }],
      ["our identity", nodes, ["a.1", null], "a.1", { kind: "ours", identity: "a.1" }],
      [
        "only workers left, ours",
        nodes,
        [undefined, "a.1"],
        "a.1",
        { kind: "ours", identity: "a.1" },
      ],
      [
        "nodes that kubeadm never reached, after our run",
        nodes,
        [undefined, undefined],
        "a.1",
        { kind: "unfinished" },
      ],
      [
        "nodes that kubeadm never reached, none of ours",
        nodes,
        [undefined, undefined],
        undefined,
        { kind: "foreign", nodes },
      ],
      ["another identity", nodes, ["b.2", "b.2"], "a.1", { kind: "foreign", nodes }],
      [
        "an identity that we do not remember",
        nodes,
        ["a.1", "a.1"],
        undefined,
        { kind: "foreign", nodes },
      ],
      ["a cluster made by hand", nodes, [null, null], "a.1", { kind: "foreign", nodes }],
    ];
  for (const [title, names, identities, remembered, expected] of cases) {
    it(`calls ${title} ${expected.kind}`, () => {
      assert.deepEqual(clusterState(names, identities, remembered), expected);
    });
  }
});

describe("dockerAdvice", () => {
  const where = { context: "colima", host: "unix:///colima.sock", detail: "" };
  const cases: [DockerFailure, RegExp][] = [
    [{ reason: "no-cli", detail: "" }, /^no docker command on PATH\. Install Docker: https:/],
    [
      { ...where, reason: "denied" },
      /permission .* at unix:\/\/\/colima\.sock \(context "colima"\)\. Add yourself/,
    ],
    [{ ...where, reason: "unreachable" }, /no Docker engine answers at unix.*docker context use/],
  ];
  for (const [failure, message] of cases) {
    it(`tells what to do when it is ${failure.reason}`, () => {
      assert.match(dockerAdvice(failure), message);
    });
  }
});

describe("stackFiles", () => {
  it("keeps a stack's files apart from another's, and out of the user's own kubeconfig", () => {
    assert.deepEqual(stackFiles("dev"), {
      kubeconfig: ".kube/dev.yaml",
      identity: ".kube/dev.identity",
    });
  });
});
