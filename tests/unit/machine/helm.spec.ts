import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import type { Api } from "../../../machine/apiServer";
import { newestRevision, renderUpgrade, revisionsOf } from "../../../machine/helm";

describe("what an upgrade would come to", () => {
  it("is asked of the cluster that is meant, by Helm's dry run, with these values alone", async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-helm-"));
    const said = JSON.stringify({ name: "cart", manifest: "kind: X" });
    const script = `#!/bin/sh\necho "$@" >"${dir}/args"\ncat >"${dir}/values"\necho '${said}'\n`;
    fs.writeFileSync(path.join(dir, "helm"), script, { mode: 0o755 });
    const env = { ...process.env, PATH: `${dir}${path.delimiter}${process.env["PATH"]}` };
    const release = { namespace: "shop", name: "cart", chart: "./cart", values: { a: 1 } };
    const target = { kubeconfigFile: "k.yaml", context: "gke", env };
    try {
      assert.equal(await renderUpgrade(release, target), "kind: X");
      assert.equal(
        fs.readFileSync(path.join(dir, "args"), "utf8"),
        "upgrade cart ./cart --install --dry-run=server --output=json --values=- --reset-values " +
          "--namespace shop --kubeconfig k.yaml --kube-context gke\n",
      );
      assert.equal(fs.readFileSync(path.join(dir, "values"), "utf8"), '{"a":1}');
    } finally {
      fs.rmSync(dir, { recursive: true, force: true });
    }
  });
});

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
