import * as assert from "node:assert/strict";
import { applicationImages, imagesByRole } from "../../../plan/podImages";
import type { KubernetesObject } from "../../../plan/objects";

describe("applicationImages", () => {
  it("are those of what stands beside the application, as the chart names them", () => {
    assert.deepEqual(applicationImages({}), ["redis:7-alpine"]);
    assert.deepEqual(
      applicationImages({
        redis: { image: { registry: "mirror.example.com", tag: "7@sha256:0", digest: "sha256:1" } },
        auth: { enabled: true },
      }),
      ["mirror.example.com/redis:7@sha256:1", "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6"],
    );
    assert.deepEqual(
      applicationImages({ global: { imageRegistry: "all.example.com" }, redis: { enabled: true } }),
      ["all.example.com/redis:7-alpine"],
    );
    assert.deepEqual(applicationImages({ redis: { enabled: false } }), []);
  });
});

describe("imagesByRole", () => {
  const object = (image: string, pod: object): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "one" },
    spec: { template: { spec: { containers: [{ name: "main", image }], ...pod } } },
  });
  const tolerations = [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }];

  it("are where pods may run, those that prepare them too, each once", () => {
    const initContainers = [{ name: "first", image: "first:1" }];
    assert.deepEqual(
      imagesByRole([
        object("anywhere:1", { tolerations: [{ operator: "Exists" }] }),
        object("entry:1", { tolerations, nodeSelector: { "ingress-ready": "true" } }),
        object("plain:1", { initContainers }),
        object("plain:1", {}),
        { apiVersion: "v1", kind: "Service", metadata: { name: "none" } },
      ]),
      { "control-plane": ["anywhere:1", "entry:1"], worker: ["anywhere:1", "first:1", "plain:1"] },
    );
  });
});
