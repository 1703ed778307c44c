import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import { withApi } from "../../../machine/apiServer";
import { Scratch } from "../support/fakes";

/** Serves on the socket that it is told, and answers with what it was asked. */
const PROXY = `
const socket = process.argv.at(-1).replace("--unix-socket=", "");
require("node:http").createServer(async (request, answer) => {
  let body = "";
  for await (const part of request) body += part;
  const { method, url, headers } = request;
  answer.statusCode = url === "/none" ? 404 : 200;
  if (url === "/down") return answer.end("connection refused");
  answer.end(JSON.stringify({ method, url, type: headers["content-type"], body }));
}).listen(socket, () => console.log("Starting to serve on " + socket));
`;

describe("a cluster's API", () => {
  let scratch: Scratch;
  const { TMPDIR } = process.env;
  beforeEach(() => {
    scratch = new Scratch();
    process.env["TMPDIR"] = scratch.dir;
  });
  afterEach(() => {
    delete process.env["TMPDIR"];
    Object.assign(process.env, TMPDIR !== undefined && { TMPDIR });
    scratch.remove();
  });

  const target = () => ({ kubeconfigFile: "k.yaml", context: "c", env: scratch.env() });
  const folders = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("soc-api-"));
  const proxy = () => {
    fs.writeFileSync(scratch.file("proxy.js"), PROXY);
    scratch.program("kubectl", `exec "${process.execPath}" "${scratch.file("proxy.js")}" "$@"`);
  };

  it("is asked through kubectl, of the cluster that is meant", async () => {
    proxy();
    const before = folders();
    const type = "application/json-patch+json";
    const answers = await withApi(target(), (api) =>
      Promise.all([api("/api/v1"), api("/none"), api("/x", { method: "PATCH", type, body: [1] })]),
    );
    assert.deepEqual(answers, [
      { status: 200, body: { method: "GET", url: "/api/v1", body: "" } },
      { status: 404, body: { method: "GET", url: "/none", body: "" } },
      { status: 200, body: { method: "PATCH", url: "/x", type, body: "[1]" } },
    ]);
    assert.match(
      scratch.calls.join(),
      /^kubectl --kubeconfig=k\.yaml --context=c proxy --unix-socket=/,
    );
    assert.deepEqual(folders(), before, "the socket's folder stays");
  });

  it("may be down, which kubectl says in its own words", async () => {
    proxy();
    await assert.rejects(
      withApi(target(), (api) => api("/down")),
      /the API server does not answer: connection refused/,
    );
  });

  it("is closed when what was done with it fails", async () => {
    proxy();
    const before = folders();
    const failing = withApi(target(), async (api) => {
      await api("/api");
      throw new Error("not today");
    });
    await assert.rejects(failing, /not today/);
    assert.deepEqual(folders(), before);
  });

  it("is not there where kubectl says why, or is missing itself", async () => {
    scratch.program("kubectl", "echo 'error: context \"c\" does not exist' >&2; exit 1");
    await assert.rejects(
      withApi(target(), async () => {}),
      /no way to the cluster: error: context "c" does not exist/,
    );
    fs.rmSync(scratch.file("bin", "kubectl"));
    await assert.rejects(
      withApi(target(), async () => {}),
      /no way to the cluster: kubectl did not start/,
    );
  });
});
