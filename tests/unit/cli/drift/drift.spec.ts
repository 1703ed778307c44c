import * as assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { isThere, type StackDrift } from "../../../../cli/drift/look";
import { labelsOfNodes, madeByPulumi } from "../../../../cli/drift/made";
import { driftText, hasDrifted, shown } from "../../../../cli/drift/view";
import { RELEASE_TYPE, type StateResource } from "../../../../cli/stackState";
import type { Wanted } from "../../../../cluster/drift/compare";
import { withDefaults } from "../../../../config/defaults";
import type { KindClusterState } from "../../../../machine/kindCluster";
import { clusterIdentity } from "../../../../plan/kindConfig";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

const object = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "key", namespace: "soc-agent-demo" },
};

describe("what Pulumi made by itself", () => {
  it("is what the program gave for it, with its secrets and the name it is written by", () => {
    const inputs = { ...object, __defaults: [], stringData: secret({ key: secret("s3cret") }) };
    const resources = [
      { urn: "a", type: "kubernetes:core/v1:Secret", inputs },
      {
        urn: "b",
        type: "kubernetes:core/v1:Secret",
        inputs,
        outputs: { __fieldManager: "pulumi-kubernetes-7" },
      },
      { urn: "c", type: "kubernetes:core/v1:Secret", inputs, delete: true },
      { urn: "d", type: RELEASE_TYPE, inputs: object },
      { urn: "e", type: "command:local:Command", inputs: object },
    ];
    const data = { key: Buffer.from("s3cret").toString("base64") };
    assert.deepEqual(
      madeByPulumi(resources).map(({ object, manager }) => [object, manager]),
      [
        [{ ...object, data }, "pulumi-kubernetes"],
        [{ ...object, data }, "pulumi-kubernetes-7"],
      ],
    );
  });
});

describe("a Kind cluster's nodes", () => {
  const config = withDefaults({});

  it("have the labels that the stack finds them by", () => {
    assert.ok(config.cluster.kind === "kind");
    const labels = labelsOfNodes(config.cluster, "id").map(({ object, partial }) => {
      assert.equal(partial, true);
      return [object.metadata.name, object.metadata.labels];
    });
    const mark = { "soc-agent.dev/identity": "id" };
    assert.deepEqual(labels, [
      ["soc-demo-control-plane", { ...mark, "ingress-ready": "true" }],
      ["soc-demo-worker", mark],
      ["soc-demo-worker2", mark],
    ]);
  });

  it("are looked at where the stack has made them and keeps them", () => {
    assert.ok(config.cluster.kind === "kind");
    const { cluster: settings } = config;
    const nodes = ["soc-demo-control-plane", "soc-demo-worker", "soc-demo-worker2"];
    const absent = { kind: "absent" } as const;
    const identity = clusterIdentity(settings, absent, () => "1");
    const ours = { kind: "ours", identity, nodes, stopped: [] } as const;
    const made = {
      urn: "a",
      type: "command:local:Command",
      inputs: {
        create: "exec sh scripts/kind-cluster.sh create",
        environment: { CLUSTER_NAME: "soc-demo", IDENTITY: identity },
      },
    };
    const release = { urn: "b", type: RELEASE_TYPE, inputs: { name: "a", namespace: "b" } };
    const there = (
      cluster: KindClusterState,
      resources: readonly StateResource[] = [made, release],
    ) => isThere({ config, cluster, state: { resources, interrupted: [] } });
    assert.equal(there(ours), true);
    assert.equal(there(absent), false);
    assert.equal(there({ ...ours, nodes: nodes.slice(1) }), false);
    assert.equal(there(ours, [release]), false);
    assert.equal(there(ours, [made]), false);
  });
});

describe("what is said of drift", () => {
  const wanted: Wanted = { object, namespace: "x", madeBy: "Pulumi", manager: "helm" };
  const place = { object, path: "/x", collection: "/" };
  const text = (drift: StackDrift) => stripVTControlCharacters(driftText(drift));
  const none = { count: 3, drifted: [], unseen: [], lost: [], moved: [] };

  it("is one line where there is none", () => {
    assert.equal(hasDrifted(none), false);
    assert.equal(text(none), "3 objects as made");
  });

  it("says of a release that was rolled back what it is at, and that its objects are as made", () => {
    const found = { revision: 5, description: "Rollback to 3" };
    const drift = { ...none, moved: [{ release: "a/b", found, made: 4 }] };
    assert.equal(hasDrifted(drift), true);
    assert.deepEqual(text(drift).split("\n"), [
      "release a/b: revision 5 (Rollback to 3), made as 4",
      "3 objects as made",
    ]);
  });

  it("names each object, field, value and author", () => {
    const by = { manager: "kubectl-edit", time: "2026-11-29T00:20:00Z" };
    const found = {
      ...none,
      lost: ["a/b"],
      unseen: [{ what: "Ingress a/b", reason: "no answer" }],
      drifted: [
        { wanted, place, controlled: [], findings: [{ kind: "missing" } as const] },
        {
          wanted: { ...wanted, object: { ...object, kind: "Service" } },
          place,
          controlled: [],
          findings: [
            { kind: "changed", path: ["spec", "type"], wanted: "A", found: undefined, by },
            { kind: "added", path: ["metadata", "labels", "a"], found: "b", by },
            { kind: "changed", path: ["spec", "x"], wanted: 1, found: 2 },
          ] as const,
        },
      ],
    };
    assert.equal(hasDrifted(found), true);
    assert.deepEqual(text(found).split("\n"), [
      "release a/b: not there, nor is its record",
      "Secret soc-agent-demo/key (Pulumi): deleted",
      "Service soc-agent-demo/key (Pulumi)",
      '  spec.type: wanted "A", found nothing (kubectl-edit, 2026-11-29 00:20:00 UTC)',
      '  metadata.labels.a: added "b" (kubectl-edit, 2026-11-29 00:20:00 UTC)',
      "  spec.x: wanted 1, found 2",
      "Ingress a/b: could not be compared: no answer",
      "2 objects of 3 not as made",
    ]);
  });

  it("shows of long values where they differ", () => {
    const long = (end: string) => `${"x".repeat(200)}${end}${"y".repeat(200)}`;
    const text = shown(long("one"), long("two"), []);
    assert.match(text, /^\.\.\.x+oney+\.\.\.$/);
    assert.ok(text.length < 70);
  });

  it("shows no value of a variable whose name says that it is a secret", () => {
    const env = (name: string) => ["spec", "env", { key: { name } }, "value"];
    assert.equal(shown("s3cret", undefined, env("API_KEY")), "(hidden)");
    assert.equal(shown("info", undefined, env("LOG_LEVEL")), '"info"');
    const container = { name: "web", env: [{ name: "TOKEN", value: "s3cret" }] };
    assert.equal(shown(container, undefined, ["spec", "containers"]), "(hidden)");
  });
});
