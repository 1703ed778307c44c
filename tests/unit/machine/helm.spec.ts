import * as assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Api } from "../../../machine/apiServer";
import { manifestOf } from "../../../machine/helm";

describe("Helm's record of a release", () => {
  const release = { namespace: "shop", name: "cart" };

  /** A revision as Helm keeps it in a Secret, and as the API hands that out. */
  const revision = (version: string, manifest: string) => {
    const packed = gzipSync(JSON.stringify({ name: "cart", manifest })).toString("base64");
    return {
      metadata: { labels: { version } },
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
    assert.equal(await manifestOf(answering(200, { items }), release), "new: é");
  });

  it("is nothing where there is no such release, and an error where nobody may look", async () => {
    assert.equal(await manifestOf(answering(200, { items: [] }), release), undefined);
    await assert.rejects(
      manifestOf(answering(403, { message: "secrets is forbidden" }), release),
      /^Error: Helm's record of release shop\/cart: secrets is forbidden$/,
    );
  });
});
