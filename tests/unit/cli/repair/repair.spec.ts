import * as assert from "node:assert/strict";
import { clusterIdentity } from "../../../../plan/kindConfig";
import { withDefaults } from "../../../../config/defaults";
import { repair } from "../../../../cli/repair/repair";
import type { State } from "../../../../cli/stackState";
import { Scratch } from "../../support/fakes";

describe("repair", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const settings = withDefaults({});
  assert.ok(settings.cluster.kind === "kind", "the default is a Kind cluster");
  const config = { ...settings, cluster: settings.cluster };
  const { cluster } = config;
  const identity = clusterIdentity(cluster, { kind: "absent" });
  const create = {
    urn: "cluster",
    type: "command:local:Command",
    inputs: {
      create: "exec sh scripts/kind-cluster.sh create",
      environment: { CLUSTER_NAME: cluster.name, IDENTITY: identity },
    },
  };

  /** Mends a cluster whose nodes are there and say that they are the stack's. */
  function repairing(state: State, stopped: readonly string[] = []): Promise<string[]> {
    const nodes = ["soc-demo-control-plane", "soc-demo-worker", "soc-demo-worker2"];
    return repair({
      config,
      files: { kubeconfig: "dev.yaml", identity: "dev.identity", maker: "dev.pid" },
      namespace: "soc-agent",
      found: { kind: "ours", identity, nodes, stopped },
      env: scratch.env(),
      root: scratch.dir,
      state,
      say: () => {},
    });
  }

  it("does not wait for nodes that have ended again, and says where to look", async () => {
    scratch.program("kubectl", '[ "$2" = config ]');
    scratch.program("docker", "echo soc-demo-worker; echo soc-demo-control-plane");
    await assert.rejects(repairing({ resources: [create], interrupted: [] }), {
      message:
        "Nodes of cluster soc-demo were started and have ended again: soc-demo-control-plane, " +
        "soc-demo-worker. Look: docker logs --tail 20 soc-demo-control-plane. " +
        "Start over: npm run down && npm run up",
    });
    assert.ok(
      scratch.calls.some((call) => /^docker ps .*status=exited/.test(call)),
      scratch.calls.join("\n"),
    );
  });

  it("starts stopped nodes of a cluster that was made", async () => {
    scratch.program("kubectl", '[ "$2" = config ]');
    scratch.program("docker", '[ "$1" != start ] || { echo "no such node" >&2; exit 1; }');
    await assert.rejects(repairing({ resources: [create], interrupted: [] }, ["soc-demo-worker"]));
    assert.deepEqual(scratch.calls, ["docker start soc-demo-worker"]);
  });

  it("asks nothing of the nodes of a cluster that a killed run was still making", async () => {
    assert.deepEqual(
      await repairing({ resources: [], interrupted: [create] }, ["soc-demo-worker"]),
      [],
    );
    assert.deepEqual(scratch.calls, []);
  });
});
