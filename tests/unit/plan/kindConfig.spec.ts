import * as assert from "node:assert/strict";
import { clusterIdentity, kindConfig } from "../../../plan/kindConfig";
import { withDefaults } from "../../../config/defaults";
import type { KindSettings } from "../../../config/settings";
import { nodeNames } from "../../../machine/kindCluster";

const settings = withDefaults({}).cluster as KindSettings;
const ours = (identity: string, nodes = nodeNames(settings)) =>
  ({ kind: "ours", identity, nodes, stopped: [] }) as const;
const fresh = (changed: Partial<KindSettings> = {}) =>
  clusterIdentity({ ...settings, ...changed }, { kind: "absent" }, () => "new");

describe("clusterIdentity", () => {
  it("keeps the identity of a cluster that is ours and as it should be", () => {
    const identity = fresh().replace("new", "0ld");
    assert.equal(
      clusterIdentity(settings, ours(identity), () => "new"),
      identity,
    );
  });

  it("gives a new one when a node is gone", () => {
    const identity = fresh().replace("new", "0ld");
    const left = ours(identity, ["soc-demo-control-plane", "soc-demo-worker2"]);
    assert.equal(
      clusterIdentity(settings, left, () => "new"),
      fresh(),
    );
  });

  it("gives a new one where there is no cluster, or half of one", () => {
    assert.match(fresh(), /^[0-9a-f]{12}\.new$/);
    assert.equal(
      clusterIdentity(settings, { kind: "unfinished" }, () => "new"),
      fresh(),
    );
  });

  const changes: Partial<KindSettings>[] = [
    { name: "other" },
    { workers: 3 },
    { nodeImage: "kindest/node:v1.36.0" },
    { httpPort: 8081 },
    { httpsPort: 9443 },
  ];
  for (const change of changes) {
    it(`gives a new one when ${Object.keys(change).join()} changes`, () => {
      const identity = fresh().replace("new", "0ld");
      const changed = clusterIdentity({ ...settings, ...change }, ours(identity), () => "new");
      assert.equal(changed, fresh(change));
      assert.notEqual(changed.split(".")[0], identity.split(".")[0]);
    });
  }

  it("is made of the very bytes that clusters were made with before there were mirrors", () => {
    const before = { ...settings, nodeImage: "kindest/node:v1.34.0" };
    assert.match(clusterIdentity(before, undefined), /^8f0ef1ef0060\.unseen$/);
    assert.deepEqual(Object.keys(kindConfig(settings, "")), ["kind", "apiVersion", "nodes"]);
  });

  it("gives a new one with the first mirror, and keeps it whichever there are", () => {
    const mirrors = (url: string) => ({ registryMirrors: { "docker.io": { mirrors: [url] } } });
    assert.notEqual(fresh(mirrors("https://a.example.com")), fresh());
    assert.equal(fresh(mirrors("https://a.example.com")), fresh(mirrors("https://b.example.com")));
  });

  it("fits a Kubernetes label, and no two are the same", () => {
    const [one, two] = [1, 2].map(() => clusterIdentity(settings, { kind: "absent" }));
    assert.match(one ?? "", /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
    assert.notEqual(one, two);
  });
});

describe("kindConfig", () => {
  it("has as many workers as asked for, and ports on the control-plane only", () => {
    const { nodes } = kindConfig({ ...settings, workers: 3 }, "a.1");
    assert.deepEqual(
      nodes.map(({ role, extraPortMappings }) => [role, extraPortMappings?.length]),
      [
        ["control-plane", 2],
        ["worker", undefined],
        ["worker", undefined],
        ["worker", undefined],
      ],
    );
  });
});
