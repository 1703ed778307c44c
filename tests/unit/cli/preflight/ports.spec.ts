import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import { findBusyPorts } from "../../../../cli/preflight/ports";
import { Scratch } from "../../support/fakes";
import { freePort, listen } from "../../support/ports";

describe("findBusyPorts", () => {
  let server: net.Server;
  let port: number;
  let scratch: Scratch;
  const { PATH } = process.env;

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

  const isOurs = async (cluster: string) => cluster === "soc-demo";

  it("names the process that holds a port, and passes over free ones", async () => {
    process.env["PATH"] = `${scratch.bin}:${PATH}`;
    const free = await freePort();
    const found = await findBusyPorts({ httpPort: port, httpsPort: free }, isOurs);
    assert.equal(found.length, 1);
    assert.deepEqual([found[0]?.key, found[0]?.port], ["httpPort", port]);
    assert.match(found[0]?.holder ?? "", new RegExp(`^process ${process.pid} `));
  });

  it("finds a listener on all interfaces too", async () => {
    const wide = await listen("0.0.0.0");
    const found = await findBusyPorts({ httpPort: wide.port }, isOurs);
    wide.server.close();
    assert.equal(found.length, 1);
  });

  it("finds who has the port of [::1] beside a cluster's own, which only warns", async () => {
    const twin = net.createServer().listen({ host: "::1", port, ipv6Only: true });
    await once(twin, "listening");
    scratch.program("docker", "printf 'soc-demo-control-plane\\tnode\\tsoc-demo\\n'");
    const found = await findBusyPorts({ httpPort: port }, isOurs);
    twin.close();
    assert.deepEqual(
      found.map(({ key, twin }) => [key, twin]),
      [["httpPort", true]],
    );
    assert.match(found[0]?.holder ?? "", new RegExp(`^process ${process.pid} `));
  });

  it("names the container that publishes a port, even where nothing listens", async () => {
    scratch.program("docker", `printf 'web\\tnginx:1.29\\t\\n'`);
    const found = await findBusyPorts({ httpPort: await freePort() }, isOurs);
    assert.equal(found[0]?.holder, "container web (nginx:1.29)");
  });

  it("leaves the ports of the stack's own cluster alone", async () => {
    scratch.program("docker", `printf 'soc-demo-control-plane\\tkindest/node\\tsoc-demo\\n'`);
    assert.deepEqual(await findBusyPorts({ httpPort: port }, isOurs), []);
    assert.deepEqual(scratch.calls[0]?.split(" --format")[0], `docker ps --filter publish=${port}`);
  });

  it("names another Kind cluster that holds a port", async () => {
    scratch.program("docker", `printf 'kind-control-plane\\tkindest/node\\tkind\\n'`);
    const found = await findBusyPorts({ httpPort: port }, isOurs);
    assert.equal(found[0]?.holder, "container kind-control-plane (kindest/node)");
  });
});
