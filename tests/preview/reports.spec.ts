import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { DOCUMENT, withReports } from "./support/reports";

describe(DOCUMENT, function () {
  this.timeout("2m");

  it("has reports that are true: npx tsx tests/preview/support/reports.ts writes them", async () => {
    const text = fs.readFileSync(path.join(ROOT, DOCUMENT), "utf8");
    assert.equal(text, await withReports(text));
  });
});
