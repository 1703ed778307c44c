import * as assert from "node:assert/strict";
import { clusterIdentity } from "../../../components/kindConfig";
import { withDefaults } from "../../../config";
import { repair } from "../../../scripts/repair";
import { Scratch } from "./support/fakes";

describe("repair", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  it("does not wait for nodes that have ended again, and says where to look", async () => {
    const config = withDefaults({});
    const { cluster } = config;
    assert.ok(cluster.kind === "kind");
    scratch.program("kubectl", '[ "$3" = config ]');
    scratch.program("docker", "echo soc-demo-worker; echo soc-demo-control-plane");
    const nodes = ["soc-demo-control-plane", "soc-demo-worker", "soc-demo-worker2"];
    const absent = { kind: "absent" } as const;
    const repairing = repair({
      config: { ...config, cluster },
      files: {
        kubeconfig: "dev.yaml",
        identity: "dev.identity",
        maker: "dev.pid",
      },
      namespace: "soc-agent",
      found: { kind: "ours", identity: clusterIdentity(cluster, absent), nodes, stopped: [] },
      env: scratch.env(),
      root: scratch.dir,
      state: { resources: [], interrupted: [] },
      say: () => {},
    });
    await assert.rejects(repairing, {
      message:
        "Nodes of cluster soc-demo were started and have ended again: soc-demo-control-plane, " +
        "soc-demo-worker. Look: docker logs --tail 20 soc-demo-control-plane. " +
        "Start over: npm run down && npm run up",
    });
    assert.ok(scratch.calls.some((call) => /^docker ps .*status=exited/.test(call)));
  });
});
