import * as assert from "node:assert/strict";
import { parseState, releasesOf, RELEASE_TYPE, withDescriptions } from "../../../cli/stackState";

describe("a stack's state", () => {
  const release = (name: string) => {
    const inputs = { name, namespace: "shop", description: "chart 1", values: { a: 1 } };
    const outputs = { status: { revision: 4 }, description: "chart 1", __inputs: inputs };
    return { urn: `urn:${name}`, type: RELEASE_TYPE, inputs, outputs };
  };
  const state = {
    version: 3,
    deployment: {
      manifest: { magic: "m" },
      resources: [release("cart"), release("till"), { urn: "urn:x", type: "other", inputs: {} }],
    },
  };

  it("tells the revision that each release was made as", () => {
    const unfinished = { ...release("new"), outputs: {} };
    assert.deepEqual(releasesOf([release("cart"), unfinished]), [
      { namespace: "shop", name: "cart", revision: 4 },
      { namespace: "shop", name: "new" },
    ]);
  });

  it("says what a release is at, in all that Pulumi compares, and of no other resource", () => {
    const rolledBack = "revision 5: Rollback to 3";
    const text = withDescriptions(JSON.stringify(state), new Map([["shop/cart", rolledBack]]));
    const [cart, ...others] = parseState(text).resources;
    const { inputs, outputs } = release("cart");
    const given = { ...inputs, description: rolledBack };
    assert.deepEqual(cart, {
      ...release("cart"),
      inputs: given,
      outputs: { ...outputs, __inputs: given },
    });
    assert.deepEqual(others, state.deployment.resources.slice(1));
    const { deployment, ...rest } = JSON.parse(text);
    assert.deepEqual([rest, deployment.manifest], [{ version: 3 }, { magic: "m" }]);
  });

  it("says so also inside what Pulumi keeps secret, as its own provider keeps inputs", () => {
    const mark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    const { outputs, ...cart } = release("cart");
    const secret = { ...mark, plaintext: JSON.stringify(outputs.__inputs) };
    const kept = { ...cart, outputs: { ...outputs, __inputs: secret } };
    const text = JSON.stringify({ deployment: { resources: [kept] } });
    const [changed] = parseState(withDescriptions(text, new Map([["shop/cart", "new"]]))).resources;
    assert.deepEqual(changed?.outputs?.["__inputs"], {
      ...mark,
      plaintext: JSON.stringify({ ...outputs.__inputs, description: "new" }),
    });
  });
});
