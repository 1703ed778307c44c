/** What Helm 3 and Helm 4 make of the same values: the same objects. */
import * as assert from "node:assert/strict";
import { HELMS, helmsByMajor } from "../support/helms";
import { renderAnew, type HelmOptions } from "./support/helm";
import { PROFILES } from "./support/profiles";
import { STACK_OPTIONS, STACK_PROFILES } from "./support/stackChart";
import { withUmbrella } from "./support/umbrella";

describe("chart: Helm 3 and Helm 4", function () {
  this.timeout(60_000);

  let helms: readonly string[];
  before(async function () {
    helms = Object.values(await helmsByMajor());
    if (helms.length < 2) {
      console.log(`NOT RUN: needs Helm 3 and Helm 4 on the PATH, as two of ${HELMS.join(", ")}`);
      this.skip();
    }
  });

  /** Fails unless both render the same objects, whatever their order. */
  async function same(options: HelmOptions): Promise<void> {
    const [three, four] = await Promise.all(
      helms.map(async (program) => {
        const objects = await renderAnew({ ...options, program });
        const named = objects.map((one) => {
          const { name, namespace } = one.metadata;
          return [`${one.kind} ${namespace}/${name}`, one] as const;
        });
        assert.ok(named.length > 0);
        return Object.fromEntries(named);
      }),
    );
    assert.deepEqual(four, three);
  }

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`render the same objects with ${profile} values`, () => same({ values }));
  }

  for (const [profile, values] of Object.entries(STACK_PROFILES)) {
    it(`render the same observability stack with ${profile} values`, () =>
      same({ ...STACK_OPTIONS, values }));
  }

  it("render the same objects of a chart that has this one twice", () =>
    withUmbrella({ dependencies: [{ alias: "blue" }, { alias: "green" }] }, (chart) =>
      same({ chart }),
    ));
});
