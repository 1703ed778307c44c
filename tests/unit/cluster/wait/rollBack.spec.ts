import * as assert from "node:assert/strict";
import { revisionsBefore } from "../../../../cluster/wait/rollBack";

describe("the revisions that are rolled back to", () => {
  const revision = (revision: number, status: string) => {
    return { revision, status, description: "", manifest: "" };
  };

  it("are those before that Helm has not given up, the newest first", () => {
    const failed = revision(6, "deployed");
    const all = [
      failed,
      revision(5, "failed"),
      revision(4, "pending-upgrade"),
      revision(3, "superseded"),
      revision(2, "superseded"),
    ];
    assert.deepEqual(
      revisionsBefore(all, failed).map(({ revision }) => revision),
      [3, 2],
    );
    assert.equal(revisionsBefore([failed, revision(5, "deployed")], failed)[0]?.revision, 5);
  });

  it("are none for a first one", () => {
    const failed = revision(2, "deployed");
    assert.deepEqual(revisionsBefore([failed, revision(1, "failed")], failed), []);
    assert.deepEqual(revisionsBefore([failed], failed), []);
  });
});
