/** What the stacks of this project render to, by the real Helm. */
import * as assert from "node:assert/strict";
import { diffObjects, isEmpty } from "../../plan/diff";
import { objectName } from "../../plan/objects";
import { renderStack } from "../../plan/render";
import { planStack } from "../../plan/stack";
import { withCharts } from "./support/addOnCharts";

describe("a stack's render", function () {
  this.timeout("1m");

  for (const stack of ["dev", "prod"]) {
    it(`is the same twice, and has each object once with its namespace: ${stack}`, async () => {
      const [first, second] = await Promise.all([
        renderStack(withCharts(planStack(stack))),
        renderStack(withCharts(planStack(stack))),
      ]);
      assert.ok(isEmpty(diffObjects(first, second)));
      const names = first.map(objectName);
      assert.ok(names.includes("Deployment soc-agent/soc-agent-backend"), names.join("\n"));
      const homeless = first.filter(
        ({ kind, metadata }) => !/^(Cluster|Namespace$)/.test(kind) && !metadata.namespace,
      );
      assert.deepEqual(homeless.map(objectName), []);
    });
  }

  it("has no Secret of Redis, whose password the program makes", async () => {
    const objects = await renderStack(withCharts(planStack("dev")));
    assert.deepEqual(objects.filter(({ kind }) => kind === "Secret").map(objectName), []);
  });
});
