import * as assert from "node:assert/strict";
import { ADD_ONS, CONTROLLERS } from "../../../config/addOns";
import { keys } from "../../../config/keys";

describe("keys", () => {
  const of = (name: string) => keys().find((key) => key.name === name);

  it("reads defaults off what a configuration comes to", () => {
    assert.equal(of("cluster.kind.workers")?.byDefault, "`2`");
    assert.equal(of("timeout")?.byDefault, "`300` on Kind, else `900`");
    assert.equal(of("metricsServer.version")?.byDefault, "`3.13.0`");
    const classes = CONTROLLERS.map((name, index) => {
      const { className } = ADD_ONS[name];
      return index === 0 ? `\`${className}\`` : `\`${className}\` with ${name}`;
    });
    assert.equal(of("ingress.className")?.byDefault, classes.join(", "));
    assert.equal(of("ingress.controller")?.byDefault, "`ingress-nginx`");
    assert.match(
      of("cluster.kind.nodeImage")?.byDefault ?? "",
      /^`kindest\/node:v[\d.]+`, by digest$/,
    );
  });

  it("gives no default to what must be set, or has none", () => {
    for (const name of ["cluster.existing.kubeconfig", "images.registry", "certManager.email"]) {
      assert.equal(of(name)?.byDefault, "", name);
    }
  });

  it("lists the keys of parts once", () => {
    assert.equal(of("images.<part>.context")?.byDefault, "`<part>`");
    assert.equal(keys().filter(({ name }) => /backend|frontend/.test(name)).length, 0);
    assert.equal(new Set(keys().map(({ name }) => name)).size, keys().length);
  });
});
