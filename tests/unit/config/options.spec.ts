import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { must } from "../../../machine/run";
import { OPTIONS, ours, refusalOfTaken } from "../../../config/options.cjs";
import { Scratch } from "../support/fakes";
import { ROOT } from "../../../config/project";

/** What npm handed over to a command. */
interface Handed {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

describe("options that npm takes for itself", function () {
  // Each test starts npm: a second when idle, more on a busy machine.
  this.timeout(60_000);
  let scratch: Scratch;
  before(() => {
    scratch = new Scratch();
    const show = "console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }))";
    fs.writeFileSync(scratch.file("show.js"), show);
    const scripts = { down: "node show.js" };
    fs.writeFileSync(scratch.file("package.json"), JSON.stringify({ scripts }));
  });
  after(() => scratch.remove());

  // Nothing of this run's own npm.
  const env = () => ({ PATH: process.env["PATH"], HOME: scratch.dir });
  const npm = (...args: string[]) => must("npm", args, { cwd: scratch.dir, env: env() });
  const handed = async (...args: string[]) =>
    JSON.parse(await npm("run", "--silent", "down", ...args)) as Handed;

  /** Options of which npm knows nothing, one of each kind. */
  const options = { down: { stack: { type: "string" }, heal: { type: "boolean" } } } as const;

  const lines: readonly (readonly [given: string, works: string])[] = [
    ["--stack=staging", "-- --stack=staging"],
    ["--stack staging", "-- --stack=staging"],
    ["--stack", "-- --stack=..."],
    ["--stack= word", "-- --stack=... word"],
    ["--stack -- --diff", "-- --stack=... --diff"],
    ["--stack=a --stack=b", "-- --stack=a --stack=b"],
    ["--no-heal", "-- --no-heal"],
    ["--heal", "-- --heal"],
    ["--stack staging --no-heal --yes", "-- --stack=staging --no-heal"],
  ];
  for (const [given, works] of lines) {
    it(`finds "npm run down ${given}"`, async () => {
      const { args, env } = await handed(...given.split(" "));
      const refusal = refusalOfTaken("down", args, env, options) ?? "";
      assert.match(refusal, /npm took what is not its own \(npm_config_/);
      assert.deepEqual(refusal.match(/^ {2}npm run .*$/gm), [`  npm run down ${works}`]);
    });
  }

  it("finds the option of another command, which the line that works has not", async () => {
    const { args, env } = await handed("--runs", "3");
    assert.deepEqual(args, ["3"]);
    assert.match(
      refusalOfTaken("down", args, env) ?? "",
      /npm_config_runs="true"[^]*\n {2}npm run down\n/,
    );
    assert.match(refusalOfTaken("bench", args, env) ?? "", /\n {2}npm run bench -- --runs=3\n/);
  });

  it("finds a variable that an .npmrc sets, and tells of that", async () => {
    const file = scratch.file(".npmrc");
    fs.writeFileSync(file, "stack=mine\n");
    const { args, env } = await handed("--", "--stack=staging").finally(() => fs.rmSync(file));
    assert.match(refusalOfTaken("down", args, env) ?? "", /npm_config_stack="mine"[^]*an \.npmrc/);
  });

  for (const given of ["", "-- --stack=staging --yes", "--yes", "word"]) {
    it(`leaves "npm run down ${given}" to the command`, async () => {
      const { args, env } = await handed(...given.split(" ").filter(Boolean));
      assert.deepEqual(
        args,
        given
          .replace(/^(-- |--yes)/, "")
          .split(" ")
          .filter(Boolean),
      );
      assert.equal(refusalOfTaken("down", args, env), undefined);
    });
  }

  it("are those of all commands, without those that npm has too", async () => {
    const names = ours(OPTIONS).map(([name]) => name);
    assert.deepEqual(names, [
      ...["stack", "heal", "create", "base", "cluster", "html", "markdown", "write"],
      ...["runs", "rate", "seconds", "threats", "soak"],
    ]);
    const own = JSON.parse(await npm("config", "list", "--long", "--json")) as object;
    assert.deepEqual(
      names.filter((name) => name in own),
      [],
    );
    assert.ok("yes" in own);
  });

  it("are those of commands that there are", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      scripts: object;
    };
    assert.deepEqual(
      Object.keys(OPTIONS).filter((name) => !(name in scripts)),
      [],
    );
  });
});
