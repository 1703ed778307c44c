import * as assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { endPlugins, leftPlugins } from "../../../../cli/repair/plugins";
import { isAlive } from "../../../../machine/run";
import { Scratch } from "../../support/fakes";
import { until } from "../../../support/until";

describe("plugins that a killed run has left", function () {
  this.timeout(20_000);
  let scratch: Scratch;
  const started: number[] = [];

  beforeEach(() => {
    scratch = new Scratch();
    fs.mkdirSync(scratch.file("project"));
    fs.mkdirSync(scratch.file("other"));
  });
  afterEach(() => {
    started.splice(0).forEach((pid) => isAlive(pid) && process.kill(pid, "SIGKILL"));
    scratch.remove();
  });

  /** A program under a name that sleeps, which no shell stands in for. */
  const program = (name: string): string => {
    const file = scratch.file(name);
    fs.copyFileSync("/bin/sleep", file);
    fs.chmodSync(file, 0o755);
    return file;
  };
  const kept = ({ pid = 0 }: ChildProcess): number => {
    started.push(pid);
    return pid;
  };
  /** Starts a program in a folder by a parent that ends. */
  const orphan = async (name: string, folder: string): Promise<number> => {
    const file = scratch.file(`${name}.pid`);
    const line = `"$0" 60 >/dev/null 2>&1 & echo $! >"$1.new" && mv "$1.new" "$1"`;
    spawn("sh", ["-c", line, program(name), file], { cwd: scratch.file(folder) });
    const pid = await until("its process id", 10, () =>
      Promise.resolve(fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : undefined),
    );
    started.push(pid);
    return pid;
  };

  it("are those of this folder whose parent is gone, and no others", async () => {
    const left = await orphan("pulumi-resource-docker", "project");
    await orphan("pulumi-resource-command", "other");
    await orphan("pulumi-language-nodejs", "project");
    // As a debugger starts one.
    kept(spawn(program("pulumi-resource-x"), ["60"], { cwd: scratch.file("project") }));
    await until(
      "the orphan to be adopted",
      10,
      async () => (await leftPlugins(scratch.file("project"))).length > 0 || undefined,
    );
    assert.deepEqual(await leftPlugins(scratch.file("project")), [left]);
  });

  it("are ended, and awaited", async () => {
    const left = await orphan("pulumi-resource-docker", "project");
    const ended = await until(
      "the orphan to be adopted",
      10,
      async () => (await endPlugins(scratch.file("project"))) || undefined,
    );
    assert.equal(ended, 1);
    assert.equal(isAlive(left), false);
    assert.equal(await endPlugins(scratch.file("project")), 0);
  });
});
