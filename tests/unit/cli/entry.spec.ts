import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { Scratch } from "../support/fakes";
import { ROOT } from "../../../config/project";

describe("the entry of the commands", function () {
  // Each test starts programs: a second when idle, more on a busy machine.
  this.timeout(60_000);
  let scratch: Scratch;

  /** A project whose commands do nothing but what these tests look at. */
  beforeEach(() => {
    scratch = new Scratch();
    fs.mkdirSync(scratch.file("cli"));
    fs.mkdirSync(scratch.file("config"));
    for (const file of ["cli/entry.mjs", "config/folder.cjs", "config/options.cjs"]) {
      fs.copyFileSync(path.join(ROOT, file), scratch.file(file));
    }
    write("package.json", "{}");
    write("package-lock.json", "{}");
    write(
      "cli/main.ts",
      `const args: readonly string[] = process.argv.slice(2);
if (args[0] === "wait") {
  let signals = 0;
  process.on("SIGTERM", () => { signals += 1; setTimeout(() => process.exit(40 + signals), 300); });
  setInterval(() => undefined, 1000);
} else {
  process.exitCode = Number(args[1] ?? 0);
}
// Last, so that whoever reads it can rely on the handler above.
console.log(JSON.stringify(args));`,
    );
    scratch.program(
      "npm",
      `/bin/mkdir -p node_modules && /bin/ln -s "$MODULES/tsx" node_modules/tsx
echo {} >node_modules/.package-lock.json`,
    );
  });
  afterEach(() => scratch.remove());

  const write = (name: string, content: string) => fs.writeFileSync(scratch.file(name), content);

  const start = (
    args: readonly string[],
    nodeArgs: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ) =>
    spawn(process.execPath, [...nodeArgs, scratch.file("cli/entry.mjs"), ...args], {
      env: scratch.env({ MODULES: path.join(ROOT, "node_modules"), ...env }),
      stdio: ["ignore", "pipe", "pipe"],
    });

  async function cli(
    args: readonly string[],
    nodeArgs: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ) {
    const child = start(args, nodeArgs, env);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null]>,
    ]);
    return { out, err, code };
  }

  it("installs the packages on a fresh clone, and only then", async () => {
    const first = await cli(["doctor"]);
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(scratch.calls, ["npm ci --workspaces=false --no-audit --no-fund"]);
    await cli(["doctor"]);
    assert.equal(scratch.calls.length, 1);
  });

  it("installs them again when the lock file is newer", async () => {
    await cli(["doctor"]);
    fs.rmSync(scratch.file("node_modules/tsx"));
    const later = new Date(Date.now() + 60_000);
    fs.utimesSync(scratch.file("package-lock.json"), later, later);
    assert.equal((await cli(["doctor"])).code, 0);
    assert.equal(scratch.calls.length, 2);
  });

  it("stops when the packages cannot be installed, with npm's exit code", async () => {
    scratch.program("npm", "echo 'no network' >&2; exit 7");
    const { out, err, code } = await cli(["up"]);
    assert.equal(code, 7);
    assert.match(err, /no network[^]*npm ci failed/);
    assert.doesNotMatch(out, /\["up"\]/);
  });

  it("passes arguments and the exit code on", async () => {
    const { out, code } = await cli(["up", "3", "--", "--diff"]);
    assert.match(out, /^\["up","3","--","--diff"\]$/m);
    assert.equal(code, 3);
  });

  it("passes a signal on and waits until the program has ended", async () => {
    await cli(["doctor"]);
    const child = start(["wait"]);
    const [code] = await new Promise<[number | null]>((resolve) => {
      child.stdout.on("data", (data: Buffer) => data.includes("wait") && child.kill("SIGTERM"));
      child.on("exit", (status) => resolve([status]));
    });
    assert.equal(code, 41);
  });

  it("refuses an option that npm took for itself, before anything is installed or started", async () => {
    const { out, err, code } = await cli(["down", "staging"], [], { npm_config_stack: "true" });
    assert.equal(code, 2);
    assert.match(err, /^ {2}npm run down -- --stack=staging$/m);
    assert.equal(out, "");
    assert.deepEqual(scratch.calls, []);
  });

  for (const folder of ["c#", "what?", "100%41"]) {
    it(`refuses a path with ${folder}, before anything is installed or started`, async () => {
      const moved = scratch.file(folder);
      fs.mkdirSync(moved);
      for (const part of ["cli", "config"]) {
        fs.cpSync(scratch.file(part), path.join(moved, part), { recursive: true });
      }
      const child = spawn(process.execPath, [path.join(moved, "cli/entry.mjs"), "up"], {
        env: scratch.env(),
        stdio: ["ignore", "ignore", "pipe"],
      });
      const [err, [code]] = await Promise.all([
        text(child.stderr),
        once(child, "exit") as Promise<[number | null]>,
      ]);
      assert.equal(code, 2);
      assert.ok(err.includes(moved), err);
      assert.match(err, /Move the project to a path without #, \? and %/);
      assert.deepEqual(scratch.calls, []);
    });
  }

  it("refuses a Node.js that is too old, before anything else", async () => {
    const pretend = `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.18.3"}})`;
    const { err, code } = await cli(["up"], ["--import", pretend]);
    assert.equal(code, 1);
    assert.match(err, /needs Node\.js 20\.19 or newer, this is 20\.18\.3/);
    assert.deepEqual(scratch.calls, []);
  });
});
