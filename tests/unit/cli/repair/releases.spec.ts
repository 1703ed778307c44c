import * as assert from "node:assert/strict";
import {
  curesFor,
  parseRevisions,
  type Cure,
  type Revision,
} from "../../../../cli/repair/releases";
import { parseState } from "../../../../cli/stackState";

const app = { namespace: "soc-agent", name: "soc-agent" };

/** A state with the application's release and namespace, or with an operation on them that was cut off. */
const state = (known: boolean, interrupted = false) => {
  const release = { urn: "r", type: "kubernetes:helm.sh/v3:Release", inputs: app };
  const namespace = {
    urn: "n",
    type: "kubernetes:core/v1:Namespace",
    inputs: { metadata: { name: "soc-agent" } },
  };
  return parseState(
    JSON.stringify({
      deployment: {
        ...(known && { resources: [release, namespace] }),
        ...(interrupted && { pending_operations: [{ resource: release, type: "creating" }] }),
      },
    }),
  );
};
const revisions = (...statuses: string[]): Revision[] =>
  statuses.map((status, index) => ({ ...app, version: index + 1, status }));

describe("curesFor", () => {
  const refresh: Cure = { kind: "refresh", what: "release soc-agent/soc-agent" };
  const uninstall: Cure = { kind: "uninstall", ...app };
  const [, , cutOff] = revisions("superseded", "deployed", "pending-upgrade");
  const cases: [string, ReturnType<typeof state>, Revision[], string[], (Cure | undefined)[]][] = [
    ["nothing for a release that is well", state(true), revisions("deployed"), ["soc-agent"], []],
    ["nothing where nothing is", state(false), [], [], []],
    ["nothing for a release of somebody else", state(false), revisions("deployed"), [], []],
    [
      "nothing for a failed one: Pulumi sees it",
      state(true),
      revisions("failed"),
      ["soc-agent"],
      [],
    ],
    [
      "to forget the revision of an upgrade that was cut off",
      state(true),
      revisions("superseded", "deployed", "pending-upgrade"),
      ["soc-agent"],
      [cutOff && { kind: "forget", ...cutOff }],
    ],
    [
      "to make a release again that was uninstalled by hand",
      state(true),
      [],
      ["soc-agent"],
      [refresh],
    ],
    [
      "to make all again whose namespace is gone",
      state(true),
      [],
      [],
      [refresh, { kind: "refresh", what: "namespace soc-agent" }],
    ],
    [
      "to remove an install that was cut off and that the state does not know",
      state(false, true),
      revisions("pending-install"),
      ["soc-agent"],
      [uninstall],
    ],
    [
      "to remove one that was finished after Pulumi was killed",
      state(false, true),
      revisions("deployed"),
      ["soc-agent"],
      [uninstall],
    ],
    ["nothing when the install had not begun", state(false, true), [], ["soc-agent"], []],
    [
      "to start over what is half uninstalled",
      state(true),
      revisions("deployed", "uninstalling"),
      ["soc-agent"],
      [uninstall, refresh],
    ],
  ];
  for (const [title, given, found, namespaces, expected] of cases) {
    it(`says ${title}`, () => assert.deepEqual(curesFor(given, found, namespaces), expected));
  }
});

describe("parseRevisions", () => {
  it("reads kubectl's table", () => {
    const table = `soc-agent   sh.helm.release.v1.soc-agent.v2   helm.sh/release.v1   1     3m    soc-agent   2   deployed
kube-system sh.helm.release.v1.metrics-server.v1 helm.sh/release.v1 1 3m metrics-server 1 pending-install
`;
    assert.deepEqual(parseRevisions(table), [
      { ...app, version: 2, status: "deployed" },
      { namespace: "kube-system", name: "metrics-server", version: 1, status: "pending-install" },
    ]);
  });
});
