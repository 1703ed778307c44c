import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { stringify } from "yaml";
import { clusterIdentity } from "../../../plan/kindConfig";
import { withDefaults } from "../../../config/defaults";
import type { StackConfig } from "../../../config/settings";
import { nodeNames, type KindClusterState } from "../../../machine/kindCluster";
import { namePlace, placesOf, replacedPlaces, type Place } from "../../../cli/deletions";
import type { StateResource } from "../../../cli/stackState";
import { Scratch } from "../support/fakes";

const kindConfig = (kind: object) => {
  const config = withDefaults({ cluster: { kind } });
  assert.ok(config.cluster.kind === "kind");
  return { ...config, cluster: config.cluster };
};
const demo = kindConfig({});
const OURS = clusterIdentity(demo.cluster, { kind: "absent" }, () => "first");

const kind = (name: string, identity: string): StateResource => ({
  urn: "",
  type: "command:local:Command",
  inputs: {
    create: "exec sh scripts/kind-cluster.sh create",
    environment: { CLUSTER_NAME: name, IDENTITY: identity, KUBECONFIG_FILE: ".kube/dev.yaml" },
  },
});
const existing = (server: string): StateResource => ({
  urn: "",
  type: "pulumi:providers:kubernetes",
  inputs: { context: "staging", clusterIdentifier: server },
});
/** What else there is of a Kind cluster, which is no cluster. */
const others: readonly StateResource[] = [
  { urn: "", type: "pulumi:providers:kubernetes", inputs: { clusterIdentifier: OURS } },
  {
    urn: "",
    type: "command:local:Command",
    inputs: {
      create: "exec sh scripts/kind-cluster.sh ready",
      environment: { CLUSTER_NAME: "soc-demo", IDENTITY: OURS },
    },
  },
  { urn: "", type: "soc:index:KindCluster" },
];

describe("placesOf", () => {
  it("finds the clusters of a state, each once", () => {
    assert.deepEqual(placesOf({ resources: [kind("soc-demo", OURS), ...others] }), [
      { kind: "kind", name: "soc-demo", identity: OURS },
    ]);
    assert.deepEqual(placesOf({ resources: [existing("https://a")] }), [
      { kind: "existing", context: "staging", server: "https://a" },
    ]);
    assert.deepEqual(placesOf({ resources: [] }), []);
  });
});

describe("replacedPlaces", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const there = (identity: string, nodes = nodeNames(demo.cluster)): KindClusterState => ({
    kind: "ours",
    identity,
    nodes,
    stopped: [],
  });
  const replaced = (
    config: StackConfig,
    found: KindClusterState | undefined,
    resources: readonly StateResource[],
    interrupted: readonly StateResource[] = [],
  ) => replacedPlaces(config, found, { resources, interrupted });
  const DEMO: Place = { kind: "kind", name: "soc-demo", identity: OURS };
  const recorded = [kind("soc-demo", OURS), ...others];

  it("is none where the cluster is as it should be", () => {
    assert.deepEqual(replaced(demo, there(OURS), recorded), []);
  });

  it("is none where there is no cluster, or none that could be lost", () => {
    for (const found of [{ kind: "absent" }, { kind: "unfinished" }] as const) {
      assert.deepEqual(replaced(demo, found, recorded), []);
      assert.deepEqual(replaced(demo, found, []), []);
    }
    assert.deepEqual(replaced(demo, there(OURS), [], [kind("soc-demo", OURS)]), []);
  });

  for (const [what, settings] of [
    ["another port", { httpPort: 8099 }],
    ["another number of workers", { workers: 1 }],
    ["another node image", { nodeImage: "kindest/node:other" }],
  ] as const) {
    it(`is the cluster that gets ${what}`, () => {
      assert.deepEqual(replaced(kindConfig(settings), there(OURS), recorded), [DEMO]);
    });
  }

  it("is the cluster that lost a node", () => {
    assert.deepEqual(replaced(demo, there(OURS, ["soc-demo-control-plane"]), recorded), [DEMO]);
  });

  it("is the cluster of which the state knows nothing, or something else", () => {
    assert.deepEqual(replaced(demo, there(OURS), []), [DEMO]);
    assert.deepEqual(replaced(demo, there(OURS), [kind("soc-demo", "0.other")]), [DEMO]);
  });

  it("is the cluster that had another name", () => {
    assert.deepEqual(replaced(kindConfig({ name: "soc-new" }), { kind: "absent" }, recorded), [
      DEMO,
    ]);
  });

  describe("with an existing cluster", () => {
    const config = (server: string) => {
      const kubeconfig = scratch.file("config");
      const entry = { cluster: "c", user: "u" };
      const text = stringify({
        contexts: [{ name: "staging", context: entry }],
        clusters: [{ name: "c", cluster: { server } }],
        users: [{ name: "u", user: {} }],
      });
      fs.writeFileSync(kubeconfig, text);
      return withDefaults({ cluster: { existing: { kubeconfig, context: "staging" } } });
    };
    const A: Place = { kind: "existing", context: "staging", server: "https://a" };

    it("is the one that is left for another one, by its API server", () => {
      assert.deepEqual(replaced(config("https://a"), undefined, [existing("https://a")]), []);
      assert.deepEqual(replaced(config("https://b"), undefined, [existing("https://a")]), [A]);
    });

    it("is the Kind cluster that is left for it, and the other way round", () => {
      assert.deepEqual(replaced(config("https://a"), undefined, recorded), [DEMO]);
      assert.deepEqual(replaced(demo, { kind: "absent" }, [existing("https://a")]), [A]);
    });
  });
});

describe("namePlace", () => {
  const resources: StateResource[] = [
    {
      urn: "",
      type: "kubernetes:helm.sh/v3:Release",
      inputs: { namespace: "soc-agent", name: "soc" },
    },
    {
      urn: "",
      type: "kubernetes:core/v1:Namespace",
      inputs: { metadata: { name: "soc-agent" } },
    },
  ];

  it("names a Kind cluster as a whole, and of another one what the stack has in it", () => {
    const [kindPlace, existingPlace] = placesOf({
      resources: [kind("soc-demo", OURS), existing("https://a")],
    });
    assert.ok(kindPlace && existingPlace);
    assert.match(namePlace(kindPlace, { resources }), /^Kind cluster soc-demo: its nodes/);
    assert.equal(
      namePlace(existingPlace, { resources }),
      "in the cluster of context staging (https://a): release soc-agent/soc, namespace soc-agent",
    );
  });
});
