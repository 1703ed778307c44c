import * as assert from "node:assert/strict";
import { render } from "./support/helm";
import { find, ofKind } from "./support/manifest";

describe("chart: serviceaccount.yaml", function () {
  this.timeout(60_000);

  const cases = [
    ["makes one without a token by default", {}, ["soc-agent"], "soc-agent"],
    ["makes one of the given name", { name: "mine" }, ["mine"], "mine"],
    ["makes none and uses the namespace's default", { create: false }, [], "default"],
    ["makes none and uses the given one", { create: false, name: "mine" }, [], "mine"],
  ] as const;
  for (const [title, serviceAccount, made, used] of cases) {
    it(title, async () => {
      const manifests = await render({ values: { serviceAccount } });

      assert.deepEqual(
        ofKind(manifests, "ServiceAccount").map(({ metadata }) => metadata.name),
        made,
      );
      for (const name of made) {
        assert.equal(find(manifests, "ServiceAccount", name).automountServiceAccountToken, false);
      }
      for (const { spec } of ofKind(manifests, "Deployment")) {
        assert.equal(spec.template.spec.serviceAccountName, used);
      }
    });
  }
});
