import * as assert from "node:assert/strict";
import { withDefaults } from "../../../config/defaults";
import { chartValues } from "../../../plan/chart";
import { objectName } from "../../../plan/objects";
import { kubernetesVersion, ownReleases, pulumisObjects } from "../../../plan/render";
import { planStack, type PlannedStack } from "../../../plan/stack";

const refs = { backend: "soc-backend:a", frontend: "soc-frontend:b" };

function planned(
  input: Parameters<typeof withDefaults>[0],
  secrets: PlannedStack["secrets"] = [],
): PlannedStack {
  const config = withDefaults(input);
  return { stack: "dev", config, values: chartValues(config, refs, {}), secrets };
}

const existing = { kubeconfig: "k", context: "c" };

describe("what a stack renders", () => {
  it("is both charts, with what the program computes and stand-ins for the names of Secrets", () => {
    const [application, observability] = ownReleases(
      planned({ observability: { install: true } }, ["openaiApiKey", "registryPullPassword"]),
    );
    assert.equal(application?.name, "soc-agent");
    assert.equal(application.namespace, "soc-agent");
    assert.deepEqual(application.values["redis"], { auth: { existingSecret: "soc-agent-redis" } });
    assert.deepEqual(application.values["openai"], { existingSecret: "soc-agent-openai" });
    assert.deepEqual(application.values["imagePullSecrets"], [{ name: "soc-agent-registry" }]);
    assert.equal(observability?.namespace, "monitoring");
    assert.equal(observability.values["agentsNamespace"], "monitoring-agents");
  });

  it("has no Secret that the stack does not make", () => {
    const values = { redis: { auth: { existingSecret: "mine" } } };
    const [application] = ownReleases(planned({ values }));
    assert.deepEqual(application?.values["redis"], values.redis);
    assert.equal(application.values["openai"], undefined);
    assert.equal(application.values["imagePullSecrets"], undefined);
  });

  it("has no observability stack where there is none", () => {
    const off = planned({ observability: { install: false } });
    assert.equal(ownReleases(off).length, 1);
    assert.deepEqual(pulumisObjects(off).map(objectName), [
      "Cluster soc-demo",
      "Namespace soc-agent",
    ]);
  });

  it("has the namespaces with their Pod Security levels and whose they are", () => {
    const namespaces = pulumisObjects(planned({})).slice(1);
    assert.deepEqual(
      namespaces.map(({ metadata: { name, labels } }) => [
        name,
        labels?.["pod-security.kubernetes.io/enforce"],
        labels?.["soc-agent.dev/stack"],
      ]),
      [
        ["soc-agent", "restricted", undefined],
        ["monitoring", "restricted", "dev"],
        ["monitoring-agents", "privileged", "dev"],
      ],
    );
  });

  it("has no cluster where the stack makes none", () => {
    const objects = pulumisObjects(planned({ cluster: { existing } }));
    assert.deepEqual(objects.map(objectName), ["Namespace soc-agent"]);
  });

  const versions: readonly (readonly [object, string | undefined])[] = [
    [{ kind: { nodeImage: "kindest/node:v1.34.0@sha256:" + "a".repeat(64) } }, "1.34.0"],
    [{ kind: { nodeImage: "localhost:5000/node:v1.35.1-mine" } }, "1.35.1"],
    [{ kind: { nodeImage: "mine/node:latest" } }, undefined],
    [{ existing }, undefined],
    [{ existing: { ...existing, kubernetesVersion: "1.33" } }, "1.33"],
  ];
  for (const [cluster, version] of versions) {
    it(`is for Kubernetes ${version} with ${JSON.stringify(cluster)}`, () => {
      assert.equal(kubernetesVersion(withDefaults({ cluster })), version);
    });
  }
});

describe("a stack's plan", () => {
  it("is read from the stack's file", () => {
    const { config, values, secrets } = planStack("prod");
    assert.equal(config.cluster.kind, "existing");
    assert.match(JSON.stringify(values.backend?.image), /"sha-[0-9a-f]{12}"/);
    assert.deepEqual(secrets, []);
  });
});
