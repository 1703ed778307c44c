import * as assert from "node:assert/strict";
import { TOOLS } from "../../../../cli/tools/catalogue";
import { toolEnvironment } from "../../../../cli/tools/environment";
import type { Found } from "../../../../cli/tools/find";

describe("toolEnvironment", () => {
  const found = (file: string): Found => ({ tool: TOOLS.kind, version: "0.33.0", file });

  it("puts fetched tools before what is on PATH, and nothing else", () => {
    const env = toolEnvironment([found("/p/.tools/kind/bin/kind"), found("/usr/bin/kubectl")], {
      PATH: "/usr/bin:/bin",
      LANG: "C",
    });
    assert.deepEqual(env, { PATH: "/p/.tools/kind/bin:/usr/bin:/bin", LANG: "C" });
  });
});
