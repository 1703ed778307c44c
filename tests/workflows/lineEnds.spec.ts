/** What a checkout does to line ends, whatever its user's Git is set to: the scripts run in Linux containers. */
import * as assert from "node:assert/strict";
import { ROOT } from "../../config/project";
import { lines, must } from "../../machine/run";

describe("line ends", () => {
  it("are LF in every text of every checkout, core.autocrlf or not", async () => {
    const files = lines(await must("git", ["ls-files", "--eol"], { cwd: ROOT }));
    assert.ok(files.length > 100);
    const odd = files.filter((line) => !/^i\/(lf|none|-text) .*attr\/text=auto eol=lf/.test(line));
    assert.deepEqual(odd, []);
  });
});
