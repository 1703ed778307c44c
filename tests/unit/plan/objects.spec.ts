import * as assert from "node:assert/strict";
import { objectName, parseObjects } from "../../../plan/objects";

const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n";

describe("the objects of a manifest", () => {
  it("are read one by one, without empty documents and out of lists", () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: key}}\n`;
    const objects = parseObjects(`---\n# Source: nothing\n---\n${service}---\n${list}`);
    assert.deepEqual(objects.map(objectName), ["Service shop/web", "Secret key"]);
  });

  it("are refused where a key stands twice or a document is no object", () => {
    assert.throws(() => parseObjects(`${service}kind: Pod\n`), /unique/);
    assert.throws(() => parseObjects("kind: Service\n"), /no apiVersion, kind or name/);
  });
});
