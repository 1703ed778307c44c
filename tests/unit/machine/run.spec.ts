import * as assert from "node:assert/strict";
import { lines, must, run } from "../../../machine/run";

describe("run", () => {
  const node = (script: string) => [process.execPath, ["-e", script]] as const;

  it("gives what a program printed", async () => {
    const outcome = await run(...node('process.stdout.write("yes\\n")'));
    assert.deepEqual(outcome, { ok: true, stdout: "yes\n", reason: "" });
  });

  it("tells the exit code and the last lines of a program that failed", async () => {
    const script = "for (let i = 1; i < 9; i++) console.error(`line ${i}`); process.exitCode = 3";
    const { ok, reason } = await run(...node(script));
    assert.equal(ok, false);
    assert.equal(reason, "exit code 3\nline 5\nline 6\nline 7\nline 8");
  });

  it("tells which program is missing", async () => {
    const { ok, reason } = await run("soc-no-such-program", []);
    assert.equal(ok, false);
    assert.equal(reason, "there is no soc-no-such-program");
  });

  it("ends a program that takes too long", async () => {
    const { reason } = await run(...node("setInterval(() => {}, 1000)"), { timeout: 300 });
    assert.equal(reason, "not done after 0.3 s");
  });

  it("tells the signal that ended a program", async () => {
    const { reason } = await run(...node('process.kill(process.pid, "SIGKILL")'));
    assert.equal(reason, "ended by SIGKILL");
  });

  it("gives a program an empty standard input, so that none can wait for an answer", async () => {
    const { stdout } = await run("/bin/cat", []);
    assert.equal(stdout, "");
  });
});

describe("must", () => {
  it("throws what was run and why it failed", async () => {
    await assert.rejects(must("/bin/sh", ["-c", "echo no >&2; exit 4"]), {
      message: "sh -c echo no >&2; exit 4: exit code 4\nno",
    });
  });
});

describe("lines", () => {
  it("leaves out empty lines", () => {
    assert.deepEqual(lines("a\n\n  \nb\n"), ["a", "b"]);
  });
});
