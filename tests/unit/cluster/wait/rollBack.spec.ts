import * as assert from "node:assert/strict";
import { revisionBefore } from "../../../../cluster/wait/rollBack";

describe("the revision that is rolled back to", () => {
  const revision = (revision: number, status: string) => {
    return { revision, status, description: "", manifest: "" };
  };

  it("is the newest one before that Helm has not given up", () => {
    const failed = revision(6, "deployed");
    const all = [
      failed,
      revision(5, "failed"),
      revision(4, "pending-upgrade"),
      revision(3, "superseded"),
      revision(2, "superseded"),
    ];
    assert.equal(revisionBefore(all, failed)?.revision, 3);
    assert.equal(revisionBefore([failed, revision(5, "deployed")], failed)?.revision, 5);
  });

  it("is none for a first one", () => {
    const failed = revision(2, "deployed");
    assert.equal(revisionBefore([failed, revision(1, "failed")], failed), undefined);
    assert.equal(revisionBefore([failed], failed), undefined);
  });
});
