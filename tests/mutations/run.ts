/**
 * `npm run test:mutations`: makes each mistake of {@link MUTATIONS} in a copy of the project, and expects that
 * it still compiles and that the tests named beside it find it. A mistake that no test finds says that the
 * tests protect nothing there; a patch that does not apply, that it has to move with the files.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import pc from "picocolors";
import { run } from "../../machine/run";
import { Project } from "../support/project";
import { judge, type Tested } from "./judge";
import { MUTATIONS, type Mutation } from "./mutations";
import { TypeCheck } from "./typeCheck";
import { ROOT } from "../../config/project";

/** How many specs run at a time, each in a copy of its own. */
const COPIES = 2;

/** Milliseconds that a spec may take, should a mistake make it endless. */
const TIMEOUT = 120_000;

/** Something to find out in a copy of the project. */
interface Check {
  readonly name: string;
  /** @returns what is wrong; nothing if all is well */
  readonly problem: (project: Project) => Promise<string | undefined>;
}

async function main(): Promise<void> {
  const types = new TypeCheck(ROOT);
  const projects = await Promise.all(Array.from({ length: COPIES }, copyProject));
  try {
    const specs = [...new Set(MUTATIONS.map(({ spec }) => spec))];
    const unchanged = await runChecks(projects, [
      ...specs.map((spec) => ({
        name: `${spec} without a mutation`,
        problem: async (project: Project) => judge([], await test(project, spec)),
      })),
      { name: "types without a mutation", problem: async ({ dir }) => compile(types, dir) },
    ]);
    // What fails without a mutation tells nothing with one.
    const mutated =
      unchanged.failed > 0
        ? { passed: 0, failed: 0 }
        : await runChecks(
            projects,
            MUTATIONS.map((mutation) => ({
              name: mutation.patch,
              problem: (project) => tryMutation(project, mutation, types),
            })),
          );
    const failed = unchanged.failed + mutated.failed;
    console.log(`\n${unchanged.passed + mutated.passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    projects.forEach((project) => project.remove());
  }
}

/** A copy with this project's packages, which nothing here changes. */
async function copyProject(): Promise<Project> {
  const project = await Project.copy("missing");
  fs.symlinkSync(path.join(ROOT, "node_modules"), project.path("node_modules"));
  return project;
}

/** Runs checks, one at a time in each copy, and prints a line for each as it ends. */
async function runChecks(projects: readonly Project[], checks: readonly Check[]) {
  const counts = { passed: 0, failed: 0 };
  const left = [...checks];
  const work = async (project: Project) => {
    for (let check = left.shift(); check; check = left.shift()) {
      const problem = await check.problem(project);
      counts[problem === undefined ? "passed" : "failed"] += 1;
      console.log(
        problem === undefined
          ? `${pc.green("✔")} ${check.name}`
          : `${pc.red("✘")} ${check.name}: ${problem}`,
      );
    }
  };
  await Promise.all(projects.map(work));
  return counts;
}

/** Makes a mistake in a copy, and takes it back. @returns what is wrong; nothing if it is found */
async function tryMutation(
  project: Project,
  { patch, spec, failing }: Mutation,
  types: TypeCheck,
): Promise<string | undefined> {
  const file = path.join(__dirname, `${patch}.patch`);
  const apply = (...how: string[]) =>
    run("git", ["apply", ...how, file], {
      cwd: project.dir,
      // Inside of another repository Git would leave out what is not below its own root.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(project.dir) },
    });
  const applied = await apply();
  if (!applied.ok) {
    return `it does not apply: ${applied.reason}`;
  }
  try {
    return compile(types, project.dir) ?? judge(failing, await test(project, spec));
  } finally {
    await apply("--reverse");
  }
}

function compile(types: TypeCheck, dir: string): string | undefined {
  const [first, ...more] = types.problems(dir);
  return first && `it does not compile: ${[first, ...more].join("\n")}`;
}

/** Runs a spec in a copy. */
async function test(project: Project, spec: string): Promise<Tested> {
  const report = project.path(".mocha.json");
  fs.rmSync(report, { force: true });
  const reporter = ["--reporter=json", `--reporter-option=output=${report}`];
  const mocha = project.path("node_modules/mocha/bin/mocha.js");
  const { reason } = await run(process.execPath, [mocha, "--timeout=20000", ...reporter, spec], {
    cwd: project.dir,
    timeout: TIMEOUT,
  });
  if (!fs.existsSync(report)) {
    return { passed: 0, failed: [`${spec} did not end: ${reason}`] };
  }
  const { passes, failures } = JSON.parse(fs.readFileSync(report, "utf8")) as Report;
  return { passed: passes.length, failed: failures.map(({ fullTitle }) => fullTitle) };
}

/** What mocha's reporter `json` writes, as far as it is used here. */
interface Report {
  readonly passes: readonly object[];
  readonly failures: readonly { readonly fullTitle: string }[];
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
