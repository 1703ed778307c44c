/** The workflows of this repository: their form, and the steps of a pull request's preview, one after the other. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../config/project";
import { must } from "../../machine/run";
import { Repository } from "../preview/support/repository";

const FOLDER = path.join(ROOT, ".github/workflows");
const FILES = fs.readdirSync(FOLDER).map((name) => path.join(FOLDER, name));

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly if?: string;
  readonly uses?: string;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly env?: NodeJS.ProcessEnv; readonly steps: readonly Step[] }>
  >;
}

const read = (file: string) => parse(fs.readFileSync(file, "utf8")) as Workflow;

describe("the workflows", () => {
  it("are fine for actionlint", async () => {
    await must("actionlint", FILES);
  });

  it("run code of forks without secrets, may write nothing, and name actions by commit", () => {
    for (const file of FILES) {
      const { on, permissions, jobs } = read(file);
      assert.ok(!("pull_request_target" in on), file);
      assert.deepEqual(permissions, { contents: "read" });
      const uses = Object.values(jobs).flatMap(({ steps }) =>
        steps.flatMap(({ uses = [] }) => uses),
      );
      assert.ok(uses.length > 0);
      assert.deepEqual(
        uses.filter((action) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/.test(action)),
        [],
      );
    }
  });
});

describe("a pull request's preview", function () {
  this.timeout("5m");
  const { env = {}, steps = [] } = read(path.join(FOLDER, "preview.yml")).jobs["preview"] ?? {};
  let repository: Repository;

  beforeEach(async () => {
    repository = await Repository.make({ ...env, GITHUB_STEP_SUMMARY: "summary.md" });
    fs.writeFileSync(repository.file(".git/info/exclude"), "summary.md\npreview.*\n");
  });
  afterEach(() => repository?.remove());

  /**
   * Runs the steps as GitHub does: after one that failed only those that always run. Packages are in place already, and
   * types have a suite of their own.
   *
   * @returns the names of those that failed
   */
  async function runSteps(): Promise<string[]> {
    const failed: string[] = [];
    for (const { name = "", run, if: when } of steps.filter(({ name }) => name !== undefined)) {
      if (run !== undefined && (failed.length === 0 || when === "always()")) {
        const { code } = await repository.run("bash", ["-e", "-c", run]);
        failed.push(...(code === 0 ? [] : [name]));
      }
    }
    return failed;
  }

  it("succeeds with changes, and has them in its summary and its page", async () => {
    const stack = { "soc-agent:values": { backend: { env: { LOG_LEVEL: "DEBUG" } } } };
    repository.write("Pulumi.dev.yaml", JSON.stringify({ config: stack }));
    await repository.commit("Log more");
    assert.deepEqual(await runSteps(), []);
    assert.match(
      repository.read("summary.md"),
      /## Stack dev: 2 objects change, 1 pod template rolls/,
    );
    assert.match(repository.read("preview.html"), /^<!doctype html>/);
  });

  it("fails where it could not look, and has in its summary why", async () => {
    repository.write("Pulumi.dev.yaml", "config: { 'soc-agent:timeout': soon }");
    await repository.commit("Wait until soon");
    assert.deepEqual(await runSteps(), ["Preview dev and prod"]);
    assert.match(
      repository.read("summary.md"),
      /This checkout does not render:[^]*soc-agent:timeout/,
    );
  });
});
