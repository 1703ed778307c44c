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
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** GitHub's own program, as far as it is asked: artifacts come from a file, comments go to one, by the pull request. */
const GH = `case "$*" in
  "run download 12 --name preview") cp .git/uploaded preview.md ;;
  "pr comment 7 --edit-last --create-if-none --body-file preview.md") cp preview.md .git/comment-7 ;;
  *) echo "gh does not know: $*" >&2; exit 1 ;;
esac`;

const read = (file: string) => parse(fs.readFileSync(file, "utf8")) as Workflow;

describe("the workflows", () => {
  it("are fine for actionlint", async () => {
    await must("actionlint", FILES);
  });

  it("run code of forks without secrets, write nothing but a comment, and name actions by commit", () => {
    for (const file of FILES) {
      const { on, permissions, jobs } = read(file);
      assert.ok(!("pull_request_target" in on), file);
      assert.deepEqual(permissions, { contents: "read" });
      for (const [name, { permissions, steps, if: when = "" }] of Object.entries(jobs)) {
        if (permissions !== undefined) {
          assert.deepEqual(permissions, { actions: "read", "pull-requests": "write" }, name);
          // It has nothing of the pull request's code, and a fork's would have no token for it.
          assert.deepEqual(
            steps.map(({ uses }) => uses),
            [undefined],
          );
          assert.match(when, /head\.repo\.full_name == github\.repository/);
        }
      }
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
  const jobs = read(path.join(FOLDER, "preview.yml")).jobs;
  const { env = {}, steps = [] } = jobs["preview"] ?? {};
  let repository: Repository;

  beforeEach(async () => {
    repository = await Repository.make({
      ...env,
      GITHUB_STEP_SUMMARY: "summary.md",
      GITHUB_RUN_ID: "12",
      PULL_REQUEST: "7",
    });
    fs.writeFileSync(repository.file(".git/info/exclude"), "summary.md\npreview.*\n");
  });
  afterEach(() => repository?.remove());

  /**
   * Runs the steps as GitHub does: after one that failed only those that always run. Packages are in place already, and
   * types have a suite of their own.
   *
   * @returns the names of those that failed
   */
  async function runSteps(among = steps): Promise<string[]> {
    const failed: string[] = [];
    for (const { name = "", run, if: when } of among.filter(({ name }) => name !== undefined)) {
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
    assert.equal(repository.read("preview.md"), repository.read("summary.md"));
  });

  it("fails where a rule is broken, and has the rule beside the changes in its summary", async () => {
    const stack = { "soc-agent:values": { backend: { service: { type: "NodePort" } } } };
    repository.write("Pulumi.dev.yaml", JSON.stringify({ config: stack }));
    await repository.commit("Let everybody in");
    assert.deepEqual(await runSteps(), ["Preview dev and prod"]);
    assert.match(
      repository.read("summary.md"),
      /## Stack dev: 2 objects change[^]*### dev: rules[^]*no-outer-service/,
    );
  });

  it("has its report in one comment, which the next run changes", async () => {
    const uploaded = steps.find(({ uses = "" }) => uses.includes("upload-artifact"))?.with;
    assert.equal(uploaded?.["name"], "preview");
    assert.match(String(uploaded["path"]), /^preview\.md$/m);
    repository.program("gh", GH);
    for (const report of ["first", "second"]) {
      fs.writeFileSync(path.join(repository.file(".git"), "uploaded"), report);
      assert.deepEqual(await runSteps(jobs["comment"]?.steps), []);
      assert.equal(repository.read(".git/comment-7"), report);
    }
  });

  it("says in its summary that there is none, where a step before it failed", async () => {
    assert.deepEqual(await runSteps(steps.filter(({ name }) => name === "Summary")), []);
    assert.match(repository.read("summary.md"), /^There is no preview/);
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
