import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { clusterKind } from "../../../config/file";
import { stackFile } from "../../../config/project";

describe("clusterKind", () => {
  const stack = `test-file-${process.pid}`;
  afterEach(() => fs.rmSync(stackFile(stack), { force: true }));

  it("is what the stack's file says", () => {
    assert.equal(clusterKind("dev"), "kind");
    assert.equal(clusterKind("prod"), "existing");
  });

  it("is unknown where the file is missing, wrong, or no YAML", () => {
    assert.equal(clusterKind(stack), "unknown");
    for (const text of ["config: { soc-agent:cluster: 7 }", "config: ["]) {
      fs.writeFileSync(stackFile(stack), text);
      assert.equal(clusterKind(stack), "unknown", text);
    }
  });
});
