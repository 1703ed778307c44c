/** The dashboards against Grafana's own schemas, by dashcheck, which takes neither unknown nor missing fields. */
import * as assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { run } from "../../machine/run";

const FOLDER = path.join(ROOT, "charts/observability/files/dashboards");

/** What dashcheck has against a file. It may end with 1 for an empty list of faults too, so its words count. */
async function faultsIn(file: string): Promise<string> {
  const { stdout } = await run("dashcheck", [file], { timeout: 30_000 });
  assert.ok(stdout.startsWith(`${file}: `), `dashcheck said: ${stdout}`);
  return stdout
    .slice(file.length + 2)
    .replace(/^ok, \d+ panels$/m, "")
    .trim();
}

describe("the dashboards' schemas", function () {
  this.timeout(60_000);

  it("are Grafana's own", async () => {
    const files = await readdir(FOLDER);
    assert.equal(files.length, 3);
    for (const file of files) {
      assert.equal(await faultsIn(path.join(FOLDER, file)), "");
    }
  });

  describe("refuse", () => {
    let folder: string;
    beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), "dashboard-"))));
    afterEach(() => rm(folder, { recursive: true }));

    const seeded = async (from: string, to: string) => {
      const text = await readFile(path.join(FOLDER, "soc.json"), "utf8");
      assert.ok(text.includes(from), `no ${from}`);
      const file = path.join(folder, "soc.json");
      await writeFile(file, text.replace(from, to));
      return faultsIn(file);
    };

    it("a field that Grafana does not have", async () =>
      assert.match(await seeded('"graphMode"', '"grafMode"'), /unexpected field 'grafMode'/));

    it("a dashboard without what it must have", async () =>
      assert.match(await seeded('"schemaVersion"', '"version"'), /schemaVersion: required field/));
  });
});
