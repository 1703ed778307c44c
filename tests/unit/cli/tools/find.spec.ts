import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { TOOL_NAMES, TOOLS, type ToolName } from "../../../../cli/tools/catalogue";
import { findTools, fits, parseVersion } from "../../../../cli/tools/find";
import { Scratch } from "../../support/fakes";

describe("parseVersion", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["v3.259.0\n", "3.259.0"],
    ["kind v0.33.0 go1.26.1 linux/amd64", "0.33.0"],
    ["Client Version: v1.34.4\nKustomize Version: v5.7.1", "1.34.4"],
    ["Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0", "1.32.4-dispatcher"],
    ["v3.22.0+gabc1234", "3.22.0"],
    ["v4.0.0-rc.1", "4.0.0-rc.1"],
    ["command not found", undefined],
    ["", undefined],
  ];
  for (const [output, version] of cases) {
    it(`reads ${version ?? "nothing"} out of ${JSON.stringify(output)}`, () => {
      assert.equal(parseVersion(output), version);
    });
  }
});

describe("fits", () => {
  const cases: readonly (readonly [ToolName, string, boolean])[] = [
    ["pulumi", "3.247.9", false],
    ["pulumi", "3.248.0", true],
    ["pulumi", "4.0.0", false],
    ["kind", "0.32.0", false],
    ["kind", "0.33.0", true],
    ["kubectl", "1.31.9", false],
    ["kubectl", "1.32.4-dispatcher", true],
    ["helm", "3.17.4", false],
    ["helm", "4.3.1", true],
    ["helm", "5.0.0", false],
  ];
  for (const [name, version, expected] of cases) {
    it(`${expected ? "takes" : "refuses"} ${name} ${version}`, () => {
      assert.equal(fits(TOOLS[name], version), expected);
    });
  }

  for (const name of TOOL_NAMES) {
    it(`takes the version of ${name} that is fetched`, () => {
      assert.equal(fits(TOOLS[name], TOOLS[name].version), true);
    });
  }
});

describe("findTools", () => {
  let scratch: Scratch;
  let said: string[];

  beforeEach(() => {
    scratch = new Scratch();
    fs.mkdirSync(scratch.bin);
    said = [];
  });
  afterEach(() => scratch.remove());

  const place = () => ({
    env: scratch.env(),
    dir: scratch.file(".tools"),
    say: (line: string) => said.push(line),
  });

  it("only looks, when asked to", async () => {
    scratch.versions({ kind: "kind v0.33.0" });
    const { found, missing } = await findTools(["kind", "helm"], place());
    assert.deepEqual(
      found.map(({ tool }) => tool.name),
      ["kind"],
    );
    assert.deepEqual(missing, [{ tool: TOOLS.helm, tried: ["PATH: no helm there"] }]);
    assert.deepEqual(said, []);
  });
});
