import * as assert from "node:assert/strict";
import { withDefaults } from "../../../config/defaults";
import { asDeployed } from "../../../plan/deployed";
import type { PlannedStack } from "../../../plan/stack";

describe("the application's values in a cluster that has it", () => {
  const planned: PlannedStack = {
    stack: "dev",
    config: withDefaults({}),
    values: { backend: { image: { tag: "sha-1" } }, frontend: { image: { tag: "sha-3" } } },
    secrets: ["openaiApiKey", "registryPullPassword"],
  };

  it("have the names of Secrets and the digests of images that the last update gave them", () => {
    const values = asDeployed(planned, {
      backend: { image: { tag: "sha-1@sha256:a" } },
      frontend: { image: { tag: "sha-2@sha256:b" } },
      redis: { auth: { existingSecret: "redis-4f" } },
      openai: { existingSecret: "openai-5e" },
      imagePullSecrets: [{ name: "mine" }, { name: "registry-6d" }],
    });
    assert.deepEqual(values, {
      backend: { image: { tag: "sha-1@sha256:a" } },
      frontend: { image: { tag: "sha-3" } },
      redis: { auth: { existingSecret: "redis-4f" } },
      openai: { existingSecret: "openai-5e" },
      imagePullSecrets: [{ name: "registry-6d" }],
    });
  });

  it("have stand-ins for what it did not have, and nothing that is no longer wanted", () => {
    const values = asDeployed({ ...planned, secrets: [] }, { openai: { existingSecret: "old" } });
    assert.deepEqual(values.redis, { auth: { existingSecret: "soc-agent-redis" } });
    assert.equal(values.openai, undefined);
  });
});
