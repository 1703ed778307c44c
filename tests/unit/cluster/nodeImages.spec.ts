import * as assert from "node:assert/strict";
import { fullName } from "../../../cluster/nodeImages";

describe("fullName", () => {
  const cases: [string, string][] = [
    ["soc-backend:sha-1", "docker.io/library/soc-backend:sha-1"],
    ["docker.io/traefik:v3", "docker.io/library/traefik:v3"],
    ["index.docker.io/acme/api:1", "docker.io/acme/api:1"],
    ["docker.io/library/redis@sha256:0", "docker.io/library/redis@sha256:0"],
    ["acme/soc-backend:1", "docker.io/acme/soc-backend:1"],
    ["ghcr.io/acme/api:1", "ghcr.io/acme/api:1"],
    ["localhost:5001/api:1", "localhost:5001/api:1"],
    ["localhost/api:1", "localhost/api:1"],
    ["api", "docker.io/library/api:latest"],
    ["localhost:5001/acme/api", "localhost:5001/acme/api:latest"],
    ["ghcr.io/acme/api@sha256:0", "ghcr.io/acme/api@sha256:0"],
    ["ghcr.io/acme/api:1@sha256:0", "ghcr.io/acme/api@sha256:0"],
    ["localhost:5001/api@sha256:0", "localhost:5001/api@sha256:0"],
    ["api:1@sha256:0", "docker.io/library/api@sha256:0"],
  ];
  for (const [image, expected] of cases) {
    it(`writes ${image} as containerd does`, () => assert.equal(fullName(image), expected));
  }
});
