import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { clusterKind, readStack } from "../../../config/file";
import { stackFile } from "../../../config/project";

describe("clusterKind", () => {
  const stack = `test-file-${process.pid}`;
  afterEach(() => fs.rmSync(stackFile(stack), { force: true }));

  it("is what the stack's file says", () => {
    assert.equal(clusterKind("dev"), "kind");
    assert.equal(clusterKind("prod"), "existing");
  });

  it("is unknown where the file is missing, wrong, or no YAML", () => {
    assert.equal(clusterKind(stack), "unknown");
    for (const text of ["config: { soc-agent:cluster: 7 }", "config: ["]) {
      fs.writeFileSync(stackFile(stack), text);
      assert.equal(clusterKind(stack), "unknown", text);
    }
  });
});

describe("a stack's file that is no YAML", () => {
  const stack = `test-yaml-${process.pid}`;
  afterEach(() => fs.rmSync(stackFile(stack), { force: true }));

  const texts: readonly (readonly [string, readonly string[]])[] = [
    [
      "config:\n  soc-agent:values: a: 1\n",
      ["Nested mappings are not allowed in compact mappings at line 2, column 21"],
    ],
    [
      "config: {}\nconfig: {}\nmore: [1\n",
      [
        "Map keys must be unique at line 2, column 1",
        "Flow sequence in block collection must be sufficiently indented and end with a ] at line 4, column 1",
      ],
    ],
    [
      "config:\n  soc-agent:ingress:\n    host: *.example.com\n",
      ["Unresolved alias (the anchor must be set before the alias): .example.com"],
    ],
  ];
  for (const [text, problems] of texts) {
    it(`is told with each place: ${problems.join("; ")}`, () => {
      fs.writeFileSync(stackFile(stack), text);
      assert.deepEqual(readStack(stack), {
        problems: problems.map(
          (problem) =>
            `Pulumi.${stack}.yaml is no YAML: ${problem}. Mend it, or put quotes around the value`,
        ),
      });
    });
  }
});
