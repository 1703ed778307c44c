import * as assert from "node:assert/strict";
import {
  compare,
  HIDDEN,
  lasting,
  minimumOf,
  type Finding,
} from "../../../../cluster/drift/compare";
import type { FieldsEntry } from "../../../../cluster/drift/managedFields";
import { OBSERVER } from "../../../../cluster/drift/managers";
import { showPath } from "../../../../cluster/drift/paths";
import { mergeValues, type Values } from "../../../../config/values";

/** Fields of a Deployment, as the API server writes them down. */
const container = { ".": {}, "f:image": {}, "f:name": {}, "f:args": {} };
const made = {
  "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
  "f:spec": {
    "f:replicas": {},
    "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': container } } },
  },
};

const entry = (
  manager: string,
  fieldsV1: Values,
  more: Partial<FieldsEntry> = {},
): FieldsEntry => ({
  manager,
  operation: "Update",
  time: "2026-11-29T00:00:00Z",
  fieldsV1,
  ...more,
});

/** A Deployment with some entries, and other fields than it was made with. */
function deployment(managedFields: readonly FieldsEntry[], changes: Values = {}): Values {
  const base = {
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
    spec: {
      replicas: 2,
      template: { spec: { containers: [{ name: "web", image: "web:1", args: ["-v"] }] } },
    },
  };
  return mergeValues(mergeValues(base, changes), { metadata: { managedFields } });
}

const helm = entry("helm", made);
/** The API's answer to a dry run: what lives, with what was made over it. */
const answerTo = (live: Values, over: Values = {}) =>
  mergeValues(mergeValues(live, over), {
    metadata: { managedFields: [helm, entry(OBSERVER, made, { operation: "Apply" })] },
  });

/** Findings in a line each. */
const lines = (findings: readonly Finding[]) =>
  findings.map((one) => {
    const path = "path" in one ? showPath(one.path) : "";
    const by = "by" in one ? (one.by?.manager ?? "nobody") : "nobody";
    return `${one.kind} ${path} by ${by}`;
  });

const web = (fields: Values) => ({ spec: { template: { spec: { containers: [fields] } } } });

describe("an object in the cluster", () => {
  it("is as it was made when nobody but controllers has written into it", () => {
    const live = deployment([
      helm,
      entry("kube-controller-manager", {
        "f:metadata": { "f:annotations": { ".": {}, "f:deployment.kubernetes.io/revision": {} } },
      }),
      entry("kubectl", { "f:status": { "f:replicas": {} } }, { subresource: "status" }),
    ]);
    const annotations = { "deployment.kubernetes.io/revision": "3" };
    const numbered = mergeValues(live, { metadata: { annotations }, status: { replicas: 2 } });
    assert.deepEqual(compare({}, numbered, answerTo(numbered, { status: {} })).findings, []);
  });

  it("has a changed field, with who changed it and when", () => {
    const path = {
      "f:spec": {
        "f:template": {
          "f:spec": {
            "f:containers": {
              'k:{"name":"web"}': { "f:image": {} },
            },
          },
        },
      },
    };
    const time = "2026-11-29T00:20:00Z";
    const image = { name: "web", image: "other:1", args: ["-v"] };
    const live = deployment([helm, entry("kubectl-set", path, { time })], web(image));
    const answer = answerTo(live, web({ ...image, image: "web:1" }));
    assert.deepEqual(compare({}, live, answer).findings, [
      {
        kind: "changed",
        path: ["spec", "template", "spec", "containers", { key: { name: "web" } }, "image"],
        wanted: "web:1",
        found: "other:1",
        by: { manager: "kubectl-set", time },
      },
    ]);
  });

  it("has lost a field, of which nobody can say who took it", () => {
    const live = deployment([helm], web({ name: "web", image: "web:1" }));
    const answer = answerTo(live, web({ name: "web", image: "web:1", args: ["-v"] }));
    assert.deepEqual(lines(compare({}, live, answer).findings), [
      "changed spec.template.spec.containers[name=web].args by nobody",
    ]);
  });

  it("has what a hand put in, as large as it was put in", () => {
    const live = deployment(
      [
        helm,
        entry("kubectl-edit", {
          "f:metadata": { "f:labels": { "f:team": {}, "f:app": {} } },
          "f:spec": {
            "f:template": {
              "f:spec": {
                "f:containers": {
                  'k:{"name":"web"}': {
                    "f:env": {
                      ".": {},
                      'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} },
                    },
                  },
                  'k:{"name":"spy"}': container,
                },
              },
            },
          },
        }),
      ],
      {
        metadata: { labels: { app: "web", team: "red" } },
        spec: {
          template: {
            spec: {
              containers: [
                { name: "spy", image: "spy:1" },
                { name: "web", image: "web:1", args: ["-v"], env: [{ name: "A", value: "1" }] },
              ],
            },
          },
        },
      },
    );
    assert.deepEqual(lines(compare({}, live, answerTo(live)).findings), [
      "added metadata.labels.team by kubectl-edit",
      "added spec.template.spec.containers[name=web].env by kubectl-edit",
      "added spec.template.spec.containers[name=spy] by kubectl-edit",
    ]);
    assert.deepEqual(compare({ partial: true }, live, answerTo(live)).findings, []);
  });

  it("has no additions but those that stay away when they are taken out", () => {
    const live = deployment(
      [helm, entry("kubectl", { "f:spec": { "f:paused": {}, "f:kept": {} } })],
      {
        spec: { paused: true, kept: 600 },
      },
    );
    const { findings } = compare({}, live, answerTo(live));
    assert.deepEqual(lines(findings), [
      "added spec.paused by kubectl",
      "added spec.kept by kubectl",
    ]);
    assert.deepEqual(lines(lasting(findings, { spec: { kept: 600 } })), [
      "added spec.paused by kubectl",
    ]);
  });

  it("may be restarted", () => {
    const name = "kubectl.kubernetes.io/restartedAt";
    const tree = {
      "f:spec": { "f:template": { "f:metadata": { "f:annotations": { [`f:${name}`]: {} } } } },
    };
    const live = deployment([helm, entry("kubectl-rollout", tree)], {
      spec: { template: { metadata: { annotations: { [name]: "now" } } } },
    });
    assert.deepEqual(compare({}, live, answerTo(live)).findings, []);
  });

  describe("with an autoscaler", () => {
    const scale = (manager: string, replicas: number) =>
      deployment(
        [helm, entry(manager, { "f:spec": { "f:replicas": {} } }, { subresource: "scale" })],
        {
          spec: { replicas },
        },
      );
    const asMade = { spec: { replicas: 2 } };

    it("has as many pods as that says, also where it was made with a number", () => {
      const live = scale("kube-controller-manager", 5);
      const { findings, controlled } = compare({}, live, answerTo(live, asMade), 2);
      assert.deepEqual(findings, []);
      // The number is not to be written back with other fields.
      assert.deepEqual(controlled.map(showPath), ["spec.replicas"]);
    });

    it("has what the autoscaler takes over from a hand, but for none, which it lets alone", () => {
      const many = scale("kubectl", 9);
      assert.deepEqual(compare({}, many, answerTo(many, asMade), 2).findings, []);
      const none = scale("kubectl", 0);
      const { findings } = compare({}, none, answerTo(none, asMade), 3);
      assert.deepEqual(lines(findings), ["changed spec.replicas by kubectl"]);
      assert.equal((findings[0] as { wanted: unknown }).wanted, 3);
    });

    it("is known by what that scales", () => {
      const scaler = (namespace: string, minReplicas?: number) => ({
        kind: "HorizontalPodAutoscaler",
        metadata: { namespace },
        spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas },
      });
      const minimum = minimumOf([scaler("shop", 3), scaler("other"), { kind: "Service" }]);
      assert.equal(minimum(deployment([])), 3);
      assert.equal(minimum({ ...deployment([]), kind: "StatefulSet" }), undefined);
      assert.equal(
        minimum({ kind: "Deployment", metadata: { namespace: "other", name: "web" } }),
        1,
      );
    });

    it("is scaled by hand where it has none", () => {
      const live = scale("kubectl", 0);
      assert.deepEqual(lines(compare({}, live, answerTo(live, asMade)).findings), [
        "changed spec.replicas by kubectl",
      ]);
    });
  });

  it("tells nothing of what a Secret holds", () => {
    const fields = {
      "f:data": { ".": {}, "f:password": {}, "f:more": {} },
      "f:metadata": { "f:labels": { "f:a": {} } },
    };
    const secret = (password: string) => ({
      kind: "Secret",
      metadata: {
        name: "key",
        labels: { a: "1" },
        managedFields: [entry("kubectl-patch", fields)],
      },
      data: { password, more: "bW9yZQ==" },
    });
    const made = entry(OBSERVER, { "f:data": { "f:password": {} } }, { operation: "Apply" });
    const answer = mergeValues(secret("cmVk"), { metadata: { managedFields: [made] } });
    const { findings } = compare({}, secret("Ymx1ZQ=="), answer);
    assert.deepEqual(lines(findings), [
      "changed data.password by kubectl-patch",
      "added data.more by kubectl-patch",
      "added metadata.labels.a by kubectl-patch",
    ]);
    assert.doesNotMatch(JSON.stringify(findings), /cmVk|Ymx1ZQ==|bW9yZQ==/);
    assert.ok(findings.some((one) => "wanted" in one && one.wanted === HIDDEN));
  });
});
