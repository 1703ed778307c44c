import * as assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Api } from "../../../machine/apiServer";
import { newestRevision, revisionsOf } from "../../../machine/helm";

describe("Helm's record of a release", () => {
  const release = { namespace: "shop", name: "cart" };

  /** A revision as Helm keeps it in a Secret, and as the API hands that out. */
  const revision = (version: string, manifest: string) => {
    const info = { description: `made ${manifest}` };
    const packed = gzipSync(JSON.stringify({ name: "cart", info, manifest })).toString("base64");
    return {
      metadata: { labels: { version, status: "superseded" } },
      data: { release: Buffer.from(packed).toString("base64") },
    };
  };
  const answering = (status: number, body: object): Api => {
    return (where) => {
      assert.equal(
        where,
        "/api/v1/namespaces/shop/secrets?labelSelector=owner%3Dhelm%2Cname%3Dcart",
      );
      return Promise.resolve({ status, body: { ...body } });
    };
  };

  it("is that of the newest revision, by its number", async () => {
    const items = [revision("9", "old"), revision("10", "new: é"), revision("2", "older")];
    const newest = {
      revision: 10,
      status: "superseded",
      description: "made new: é",
      manifest: "new: é",
    };
    assert.deepEqual(await newestRevision(answering(200, { items }), release), newest);
    const all = await revisionsOf(answering(200, { items }), release);
    assert.deepEqual(all[0], newest);
    assert.deepEqual(
      all.map(({ revision }) => revision),
      [10, 9, 2],
    );
  });

  it("is nothing where there is no such release, and an error where nobody may look", async () => {
    assert.equal(await newestRevision(answering(200, { items: [] }), release), undefined);
    await assert.rejects(
      newestRevision(answering(403, { message: "secrets is forbidden" }), release),
      /^Error: Helm's record of release shop\/cart: secrets is forbidden$/,
    );
  });
});
