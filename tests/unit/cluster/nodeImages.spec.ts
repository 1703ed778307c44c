import * as assert from "node:assert/strict";
import { fullName } from "../../../cluster/nodeImages";

describe("fullName", () => {
  const cases: [string, string][] = [
    ["soc-backend:sha-1", "docker.io/library/soc-backend:sha-1"],
    ["acme/soc-backend:1", "docker.io/acme/soc-backend:1"],
    ["ghcr.io/acme/api:1", "ghcr.io/acme/api:1"],
    ["localhost:5001/api:1", "localhost:5001/api:1"],
    ["localhost/api:1", "localhost/api:1"],
  ];
  for (const [image, expected] of cases) {
    it(`writes ${image} as containerd does`, () => assert.equal(fullName(image), expected));
  }
});
