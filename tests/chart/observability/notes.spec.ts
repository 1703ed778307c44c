/** What a user reads after the observability chart was installed. */
import * as assert from "node:assert/strict";
import { dryInstall } from "../support/dryInstall";
import { STACK_CHART, type Values } from "../support/helm";

describe("observability chart: NOTES.txt", function () {
  this.timeout(60_000);

  const notes = async (values: Values = {}) =>
    (await dryInstall(values, { release: "observability", chart: STACK_CHART })).notes;

  it("says how to open the pages", async () => {
    assert.match(await notes(), /port-forward --namespace soc service\/grafana 3000/);
    const exposed = { ingress: { enabled: true }, externalUrl: "https://soc.example.com" };
    const told = await notes(exposed);
    assert.match(told, /^ {2}https:\/\/soc\.example\.com\/grafana\/$/m);
    assert.doesNotMatch(told, /port-forward/);
  });

  it("says that nobody can log in to Grafana, where nobody can", async () => {
    assert.match(await notes(), /^Nobody can log in to Grafana: .*grafana\.existingSecret/m);
    for (const grafana of [{ anonymous: true }, { existingSecret: "grafana-admin" }]) {
      assert.doesNotMatch(await notes({ grafana }), /Nobody/);
    }
  });
});
