import * as assert from "node:assert/strict";
import { ADD_ON_NAMES, rowOf, type AddOnName, type Block } from "../../../../config/addOns";
import { ADD_ON_VALUES } from "../../support/addOnValues";
import { runProgram, type Ran, type Registered } from "../../support/program";

/** What the blocks of some add-ons must say besides. */
const NEEDED: { readonly [B in Block]?: object } = { certManager: { email: "ops@example.com" } };

/** The whole dev stack with an add-on. */
function runWith(name: AddOnName): Promise<Ran> {
  const { block } = rowOf(name);
  const choice = block === "ingress" && { controller: name };
  const config = { [block]: { install: true, ...choice, ...NEEDED[block as Block] } };
  return runProgram({ stack: "dev", config });
}

function resourceOf({ resources }: Ran, name: string): Registered {
  const found = resources.find((resource) => resource.name === name);
  assert.ok(found, `no resource ${name}`);
  return found;
}

/** The token of an add-on's component: that of `cert-manager` is `soc:index:CertManager`. */
function tokenOf(name: AddOnName): string {
  const words = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `soc:index:${words.join("")}`;
}

describe("the add-ons of the catalogue", () => {
  for (const name of ADD_ON_NAMES) {
    describe(name, () => {
      let ran: Ran;
      before(async () => void (ran = await runWith(name)));
      // It has more than a release, all of which is in resourceOptions.spec.ts and observability.spec.ts.
      const isStack = name === "observability";

      it("is a component with a release of its chart, with the values that are meant", () => {
        const { namespace, source } = rowOf(name);
        const { inputs } = resourceOf(ran, `${name}-release`);
        assert.equal(resourceOf(ran, name).type, tokenOf(name));
        assert.deepEqual(
          [inputs["name"], inputs["namespace"], inputs["version"], inputs["values"]],
          [name, namespace, source.version, ADD_ON_VALUES[name]],
        );
      });

      it("lives and goes with the cluster like every other", () => {
        // Which the tables in resourceOptions.spec.ts have.
        const other = name === "metrics-server" ? "ingress-nginx" : "metrics-server";
        const of = (resource: string) => resourceOf(ran, resource).options;
        // The stack's images come once the application serves.
        const { dependsOn = [], ...options } = of(other);
        const waits = dependsOn.filter((resource) => !isStack || resource !== "pod-images");
        assert.deepEqual(of(name), { ...options, dependsOn: waits });
        if (!isStack) {
          assert.deepEqual(of(`${name}-release`), { ...of(`${other}-release`), parent: name });
        }
      });

      it("is known to be wanted, so that it goes when it no longer is", () => {
        const { environment } = resourceOf(ran, "add-ons-unwanted").inputs;
        const wanted = (environment as { WANTED: string }).WANTED.split(" ");
        assert.ok(wanted.includes(`${rowOf(name).namespace}/${name}`), wanted.join(" "));
      });
    });
  }
});
