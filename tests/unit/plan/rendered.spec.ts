import * as assert from "node:assert/strict";
import { objectName } from "../../../plan/objects";
import {
  objectsIn,
  printRendered,
  PULUMIS,
  readRendered,
  seenByBoth,
} from "../../../plan/rendered";

const object = (kind: string, name: string) =>
  `---\n# Source: chart\napiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;

const rendered = {
  manifests: {
    [PULUMIS]: object("Namespace", "soc-agent"),
    "soc-agent": object("Service", "web"),
    "ingress-nginx": object("Service", "controller"),
  },
  unseen: { "metrics-server": "its repository\ncannot be reached" },
};

describe("what a stack renders to", () => {
  it("is the same after it was printed and read, and is a stream of documents", () => {
    const text = printRendered(rendered);
    assert.deepEqual(readRendered(text), {
      ...rendered,
      unseen: { "metrics-server": "its repository cannot be reached" },
    });
    const whole = readRendered(text.replaceAll(/^## .*\n/gm, ""));
    assert.deepEqual(objectsIn(whole), objectsIn(rendered));
  });

  it("is compared without the releases that one side has not seen, and says which", () => {
    const before = { ...rendered, unseen: { "ingress-nginx": "no chart" } };
    const seen = seenByBoth(before, { ...rendered, unseen: {} }, ["ingress-nginx"]);
    assert.deepEqual(seen.after.map(objectName), ["Namespace soc-agent", "Service web"]);
    assert.deepEqual(seen.before, seen.after);
    assert.deepEqual(seen.unseen, ["release ingress-nginx: no chart"]);
  });

  it("has an add-on as new that the other side does not want", () => {
    const { "ingress-nginx": _, ...manifests } = rendered.manifests;
    const seen = seenByBoth({ manifests, unseen: {} }, { ...rendered, unseen: {} }, [
      "ingress-nginx",
    ]);
    assert.equal(seen.after.length - seen.before.length, 1);
    assert.deepEqual(seen.unseen, []);
  });

  it("is compared without add-ons where the other revision rendered none, and whole where it had no stack", () => {
    const old = readRendered(object("Namespace", "soc-agent") + object("Service", "web"));
    const now = { ...rendered, unseen: {} };
    const seen = seenByBoth(old, now, ["ingress-nginx"]);
    assert.deepEqual(seen.before, seen.after);
    assert.deepEqual(seen.unseen, ["release ingress-nginx: the other revision does not render it"]);
    const fresh = seenByBoth(readRendered(""), now, ["ingress-nginx"]);
    assert.deepEqual([fresh.before.length, fresh.after.length, fresh.unseen], [0, 3, []]);
  });
});
