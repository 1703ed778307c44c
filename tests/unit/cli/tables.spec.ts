import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { EXAMPLES } from "../../../cli/tables";
import { ROOT } from "../../../config/project";
import * as buildFaults from "../../../machine/buildFaults";
import * as faults from "../../../machine/faults";
import { cause, onOneLine } from "../../../machine/faults";

describe("the table of faults", () => {
  it("has an example of each", () => {
    const source = fs.readFileSync(path.join(ROOT, "cli/tables.ts"), "utf8");
    const missing = Object.entries({ ...faults, ...buildFaults })
      .filter(([, make]) => make !== cause && make !== onOneLine)
      .filter(([name]) => !new RegExp(`[fF]aults\\.${name}\\(`).test(source));
    assert.deepEqual(missing, []);
  });

  it("has no two that say the same", () => {
    const told = EXAMPLES.map(cause);
    assert.deepEqual(told, [...new Set(told)]);
  });
});
