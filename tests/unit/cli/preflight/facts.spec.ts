import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import type * as net from "node:net";
import { gatherFacts } from "../../../../cli/preflight/facts";
import { problems } from "../../../../cli/preflight/problems";
import { TOOLS } from "../../../../cli/tools/catalogue";
import { withDefaults } from "../../../../config/defaults";
import { Scratch } from "../../support/fakes";
import { needs } from "../../support/needs";
import { listen } from "../../support/ports";

describe("gatherFacts", () => {
  let server: net.Server;
  let port: number;
  let scratch: Scratch;

  beforeEach(async () => {
    scratch = new Scratch();
    scratch.program("docker", "exit 1");
    scratch.takePath();
    ({ server, port } = await listen());
  });
  afterEach(async () => {
    scratch.remove();
    await new Promise((resolve) => server.close(resolve));
  });

  describe("with a port of a cluster that the stack made under another name", () => {
    const identity = "0123456789ab.cdef";

    /** What is said of a port that it holds. */
    async function holders(remembered: string): Promise<string[]> {
      scratch.program(
        "docker",
        `case "$*" in
  "context "*) echo "work unix:///w.sock" ;;
  "version "*) echo "linux/amd64 29.1.0" ;;
  *publish=${port}*) printf 'old-control-plane\\tkindest/node\\told\\n' ;;
  *.cluster=old*) echo "old-control-plane running" ;;
  "cp old-control-plane:"*) echo "node-labels: soc-agent.dev/identity=${identity}" ;;
esac`,
      );
      const identityFile = scratch.file("dev.identity");
      fs.writeFileSync(identityFile, remembered);
      const cluster = {
        name: "soc-demo",
        nodeImage: "node",
        ports: { httpPort: port },
        identityFile,
      };
      const { busyPorts } = await gatherFacts({ ...needs, cluster });
      return busyPorts.map(({ holder }) => holder);
    }

    it("says nothing, since it goes before the new one comes", async () => {
      assert.deepEqual(await holders(identity), []);
    });

    it("says who holds it when another stack made it", async () => {
      assert.deepEqual(await holders("another.one"), [
        "container old-control-plane (kindest/node)",
      ]);
    });
  });

  it("takes kubectl's version from the tools, also without a Docker", async () => {
    const kubectl = { tool: TOOLS.kubectl, version: "1.35.9", file: "/bin/kubectl" };
    assert.equal((await gatherFacts({ ...needs, docker: false }, [kubectl])).kubectl, "1.35.9");
    assert.equal((await gatherFacts(needs)).kubectl, undefined);
  });

  it("asks nothing further of a Docker that may not be used", async () => {
    scratch.program(
      "docker",
      `case $1 in
  context) echo "work unix:///w.sock" ;;
  *) echo "permission denied while trying to connect" >&2; exit 1 ;;
esac`,
    );
    const facts = await gatherFacts(needs);
    assert.deepEqual(
      // Both are asked at once.
      scratch.calls.map((call) => call.split(" ")[1]).sort(),
      ["context", "version"],
    );
    const [problem] = problems(facts);
    assert.match(problem?.what ?? "", /No permission .* unix:\/\/\/w\.sock \(context "work"\)/);
  });

  it("looks for folders that Docker's CLI does not see, before an up only where that builds with secrets", async () => {
    scratch.program(
      "docker",
      `case $1 in
  context) echo "work unix:///w.sock" ;;
  version) echo "linux/amd64 29.1.0" ;;
  load) echo "open $3: permission denied" >&2; exit 1 ;;
esac`,
    );
    const { images } = withDefaults({});
    const secrets = { token: { env: "HOME" } };
    const secretive = { ...images, backend: { ...images.backend, secrets } };
    const hidden = async (...args: Parameters<typeof gatherFacts>) =>
      (await gatherFacts(...args)).hidden?.length;
    assert.equal(await hidden({ ...needs, images }), 2);
    assert.equal(await hidden({ ...needs, images }, [], "up"), 0);
    assert.equal(await hidden({ ...needs, images: secretive }, [], "up"), 2);
  });

  it("does not ask for Docker where a stack needs none", async () => {
    const { cluster: _, ...elsewhere } = needs;
    assert.deepEqual(problems(await gatherFacts({ ...elsewhere, docker: false })), []);
    assert.deepEqual(scratch.calls, []);
  });
});
