import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import { findLocks, isLeft } from "../../../../cli/preflight/locks";
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
      { holder: { pid: process.pid, host: os.hostname() }, alive: true },
      { holder: { pid: ended, host: os.hostname() }, alive: false },
      { holder: { pid: 1, host: "elsewhere" }, alive: undefined },
    ]);
  });

  it("takes a file that holds no lock for one that was left", () => {
    for (const [name, text] of Object.entries({ empty: "", half: '{"pid": 4', list: "[]" })) {
      fs.writeFileSync(scratch.file(`${name}.json`), text);
    }
    const left = findLocks(scratch.dir);
    assert.deepEqual(left, [{ alive: false }, { alive: false }, { alive: false }]);
    assert.ok(left.every(isLeft));
  });
});
