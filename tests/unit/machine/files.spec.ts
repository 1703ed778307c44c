import * as assert from "node:assert/strict";
import { stackFiles } from "../../../machine/files";

describe("stackFiles", () => {
  it("keeps a stack's files apart from another's, and out of the user's own kubeconfig", () => {
    assert.deepEqual(stackFiles("dev"), {
      kubeconfig: ".kube/dev.yaml",
      identity: ".kube/dev.identity",
      maker: ".kube/dev.pid",
    });
  });
});
