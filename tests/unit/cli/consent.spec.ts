import * as assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { decide, isTyped, type ClusterKind } from "../../../cli/consent";

describe("decide", () => {
  type Case = readonly [stack: string, clusters: ClusterKind[], terminal: string, none: string];
  const cases: readonly Case[] = [
    ["dev", ["kind"], "go", "go"],
    ["dev", ["kind", "kind"], "go", "go"],
    ["dev", ["existing"], "ask", "refuse"],
    // It is on another cluster than its file says now.
    ["dev", ["kind", "existing"], "ask", "refuse"],
    ["dev", ["existing", "kind"], "ask", "refuse"],
    ["dev", ["unknown", "kind"], "ask", "refuse"],
    ["staging", ["kind"], "ask", "refuse"],
    ["staging", ["existing"], "ask", "refuse"],
    ["staging", ["unknown"], "ask", "refuse"],
  ];
  for (const [stack, clusters, terminal, none] of cases) {
    it(`${terminal === "go" ? "asks nothing" : "asks"} for ${stack} on ${clusters.join(" and ")}`, () => {
      const given = { stack, clusters, yes: false };
      assert.equal(decide({ ...given, interactive: true }), terminal);
      assert.equal(decide({ ...given, interactive: false }), none);
      for (const interactive of [true, false]) {
        assert.equal(decide({ ...given, interactive, yes: true }), "go");
      }
    });
  }
});

describe("isTyped", () => {
  /** Asks for the stack staging, while something is typed. Returns also what was shown. */
  const typing = async (what: (input: PassThrough) => void) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = isTyped("staging", { input, output });
    what(input);
    return { yes: await answer, shown: String(output.read()) };
  };

  it("takes the stack's name, and nothing else, for a yes", async () => {
    const { yes, shown } = await typing((input) => input.write("staging\n"));
    assert.equal(yes, true);
    assert.match(shown, /Type the name of the stack to go on \(staging\): /);
    for (const text of ["y\n", "yes\n", "\n", "stagin\n"]) {
      assert.equal((await typing((input) => input.write(text))).yes, false, text);
    }
  });

  it("takes the end of the input for a no", async () => {
    assert.equal((await typing((input) => input.end())).yes, false);
  });
});
