import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import { findLocks } from "../../../../cli/preflight/locks";
import { Scratch } from "../../support/fakes";

describe("findLocks", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.remove());

  const lock = (name: string, content: object) =>
    fs.writeFileSync(scratch.file(name), JSON.stringify(content));

  it("finds none without a folder", () => {
    assert.deepEqual(findLocks(scratch.file("none")), []);
  });

  it("tells a run that is at work from one that has ended and one elsewhere", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    const ended = child.pid;
    lock("1.json", { pid: process.pid, hostname: os.hostname() });
    lock("2.json", { pid: ended, hostname: os.hostname() });
    lock("3.json", { pid: 1, hostname: "elsewhere" });
    lock("3.json.attrs", {});
    assert.deepEqual(findLocks(scratch.dir), [
      { pid: process.pid, host: os.hostname(), alive: true },
      { pid: ended, host: os.hostname(), alive: false },
      { pid: 1, host: "elsewhere", alive: undefined },
    ]);
  });
});
