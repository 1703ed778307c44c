/** The chart more than once in one release, and selectors that outlive the chart's versions. */
import * as assert from "node:assert/strict";
import { startApiServer, type LiveObject } from "./support/apiServer";
import { render, template, type Values } from "./support/helm";
import {
  inventory,
  type Labels,
  type Manifest,
  type NetworkPolicyRule,
  ofKind,
  pods,
  workloads,
} from "./support/manifest";
import { withUmbrella } from "./support/umbrella";

const NAME = "app.kubernetes.io/name";
const ALIASES = ["blue", "green"] as const;

/** Something that selects pods by labels, and the alias that it belongs to. */
type Selecting = readonly [what: string, alias: string, labels: Labels];

/** Everything that selects pods in the release's own namespace. */
function selecting(manifests: readonly Manifest[]): Selecting[] {
  const row = ({ kind, metadata }: Manifest, labels: Labels = {}): Selecting => [
    `${kind} ${metadata.name}`,
    metadata.labels[NAME] ?? "",
    labels,
  ];
  const policies = ofKind(manifests, "NetworkPolicy");
  return [
    ...workloads(manifests).map((one) => row(one, one.spec.selector.matchLabels)),
    ...ofKind(manifests, "Service").map((one) => row(one, one.spec.selector)),
    ...ofKind(manifests, "PodDisruptionBudget").map((one) =>
      row(one, one.spec.selector.matchLabels),
    ),
    ...policies.map((one) => row(one, one.spec.podSelector.matchLabels)),
    ...policies.flatMap((one) => {
      const { ingress = [], egress = [] } = one.spec;
      const rules: readonly NetworkPolicyRule[] = [...ingress, ...egress];
      return rules
        .flatMap(({ from, to }) => from ?? to ?? [])
        .filter(({ namespaceSelector, ipBlock }) => !namespaceSelector && !ipBlock)
        .filter(({ podSelector }) => podSelector?.matchLabels !== undefined)
        .map(({ podSelector }) => row(one, podSelector?.matchLabels));
    }),
  ];
}

describe("chart: twice in one release", function () {
  this.timeout(60_000);
  const dependencies = ALIASES.map((alias) => ({ alias }));

  for (const persistence of [false, true]) {
    it(`selects only the pods of the same alias, ${persistence ? "with" : "without"} persistence`, async () => {
      const each = { redis: { persistence: { enabled: persistence } } };
      const values = Object.fromEntries(ALIASES.map((alias) => [alias, each]));
      const manifests = await withUmbrella({ dependencies, values }, (chart) =>
        render({ chart, release: "soc" }),
      );
      assert.equal(new Set(inventory(manifests)).size, manifests.length);
      const found = selecting(manifests);
      assert.ok(found.length > 30);
      for (const [what, alias, labels] of found) {
        assert.ok(ALIASES.some((one) => one === alias));
        const selected = pods(manifests).filter((pod) =>
          Object.entries(labels).every(([key, value]) => pod.labels[key] === value),
        );
        assert.deepEqual(
          selected.map((pod) => pod.labels[NAME]),
          [alias],
          what,
        );
      }
    });
  }

  const clashes: readonly (readonly [string, string, Values, RegExp])[] = [
    [
      "a release whose name has both aliases in it",
      "blue-green",
      {},
      /green and blue|blue and green.*have the name "blue-green".* Set (blue|green)\.fullnameOverride/,
    ],
    [
      "one name given to both",
      "soc",
      { blue: { nameOverride: "x" }, green: { nameOverride: "x", fullnameOverride: "y" } },
      /have the name "x".* Set (blue|green)\.nameOverride/,
    ],
  ];
  for (const [title, release, values, said] of clashes) {
    it(`refuses ${title}, and says which value tells them apart`, async () => {
      const { code, stderr } = await withUmbrella({ dependencies, values }, (chart) =>
        template({ chart, release }),
      );
      assert.notEqual(code, 0);
      assert.match(stderr, said);
    });
  }
});

describe("chart: selectors of what is live", function () {
  this.timeout(60_000);
  const old = (kind: string, part: string, app: string, more: Labels = {}): LiveObject => ({
    apiVersion: "apps/v1",
    kind,
    metadata: {
      namespace: "soc",
      name: `soc-agent-${part}`,
      // Else Helm 4 takes it for somebody else's.
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        "meta.helm.sh/release-name": "soc-agent",
        "meta.helm.sh/release-namespace": "soc",
      },
    },
    spec: { selector: { matchLabels: { app, release: "soc-agent", ...more } } },
  });
  const BACKEND = old("Deployment", "backend", "soc-backend");
  const named = { [NAME]: "soc-agent" };

  const cases: readonly (readonly [string, readonly LiveObject[], Values, readonly string[]])[] = [
    ["all have the name on a first install", [], {}, ["backend", "frontend", "redis"]],
    [
      "none gets it that was made without",
      [
        BACKEND,
        old("Deployment", "frontend", "soc-frontend"),
        old("StatefulSet", "redis", "redis"),
      ],
      { redis: { persistence: { enabled: true } } },
      [],
    ],
    [
      "each keeps its own",
      [BACKEND, old("Deployment", "frontend", "soc-frontend", named)],
      {},
      ["frontend"],
    ],
    [
      "all have it after an orphaning delete of them all",
      [{ ...BACKEND, kind: "StatefulSet" }],
      {},
      ["backend", "frontend", "redis"],
    ],
    [
      "what joins a release made without is made without",
      [BACKEND, old("Deployment", "redis", "redis", named)],
      { redis: { persistence: { enabled: true } } },
      [],
    ],
  ];
  for (const [title, live, values, expected] of cases) {
    it(title, async () => {
      const api = await startApiServer(live);
      try {
        const server = ["--kube-apiserver", api.url, "--disable-openapi-validation"];
        const flags = ["--namespace=soc", "--dry-run=server", ...server];
        const manifests = await render({ values, flags });
        const parts = workloads(manifests)
          .filter(({ spec }) => NAME in (spec.selector.matchLabels ?? {}))
          .map(({ metadata }) => metadata.labels["app.kubernetes.io/component"]);
        assert.deepEqual(parts.sort(), [...expected]);
        // All else may change at any time.
        assert.ok(ofKind(manifests, "Service").every(({ spec }) => NAME in (spec.selector ?? {})));
      } finally {
        await api.close();
      }
    });
  }
});
