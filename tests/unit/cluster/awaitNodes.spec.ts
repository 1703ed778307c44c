import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { awaitNodes } from "../../../cluster/awaitNodes";
import { Scratch } from "../support/fakes";

const IDENTITY = "0123456789ab.cdef";

describe("awaitNodes", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    // Nodes, their identity and their containerd are there once the files of these names are.
    scratch.program(
      "docker",
      `case "$*" in
  *role=worker*) echo soc-demo-worker ;;
  ps*) [ ! -e ${scratch.file("nodes")} ] || echo "soc-demo-worker running" ;;
  cp*) read -r identity <${scratch.file("nodes")} && echo "soc-agent.dev/identity=$identity" ;;
  exec*) [ -e ${scratch.file("containerd")} ] && echo '{"images":[]}' ;;
esac`,
    );
    fs.writeFileSync(scratch.file("identity"), IDENTITY);
    fs.writeFileSync(scratch.file("maker"), String(process.pid));
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  const wait = () =>
    awaitNodes(
      {
        name: "soc-demo",
        identity: IDENTITY,
        identityFile: scratch.file("identity"),
        makerFile: scratch.file("maker"),
      },
      { before: 0, after: 0 },
    );
  const write = (file: string, text: string) => fs.writeFileSync(scratch.file(file), text);
  const calls = (command: string) => scratch.calls.filter((call) => call.startsWith(command));

  it("waits for nodes that are being made, and then for what takes their images", async () => {
    let ended = false;
    const waiting = wait().then(() => (ended = true));
    const until = async (condition: () => boolean) => {
      while (!condition()) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await until(() => calls("docker ps").length > 1);
    write("nodes", `${IDENTITY}\n`);
    await until(() => calls("docker exec soc-demo-worker crictl").length > 1);
    assert.equal(ended, false);
    write("containerd", "");
    await waiting;
  });

  it("does not take an earlier cluster of the same name for the one to come", async () => {
    write("nodes", "0123456789ab.earlier\n");
    write("identity", "0123456789ab.earlier\n");
    fs.rmSync(scratch.file("maker"));
    await assert.rejects(wait(), /cluster soc-demo is not being made \(an earlier one is there\)/);
    assert.deepEqual(calls("docker exec"), []);
  });

  it("gives up when the number of the process that makes it could not be written", async () => {
    write("maker", "");
    await assert.rejects(wait(), /not being made \(it is absent\)/);
  });

  it("gives up when the process that makes it has ended without", async () => {
    const waiting = wait();
    fs.rmSync(scratch.file("maker"));
    await assert.rejects(waiting, /not being made \(it is absent\)\. The errors of kind-cluster/);
  });
});
