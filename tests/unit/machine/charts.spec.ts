import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchChart, UnreachableError } from "../../../machine/charts";
import { Scratch } from "../support/fakes";

const CONTENT = "what helm package makes";
const DIGEST = createHash("sha256").update(CONTENT).digest("hex");

describe("fetchChart", () => {
  let scratch: Scratch;
  let server: Server;
  let repo: string;
  let asked: string[];
  /** What a repository has, by path. */
  let files: Record<string, string>;

  beforeEach(async () => {
    scratch = new Scratch();
    asked = [];
    files = { "/charts/demo-1.2.3.tgz": CONTENT };
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const file = files[request.url ?? ""];
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    repo = `http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`;
  });
  afterEach(() => {
    server.close();
    scratch.remove();
  });

  const offer = (entry: object, older: object[] = []) =>
    (files["/charts/index.yaml"] = JSON.stringify({ entries: { demo: [entry, ...older] } }));
  const entry = { version: "1.2.3", urls: ["demo-1.2.3.tgz"], digest: DIGEST };
  const fetchDemo = (version = "1.2.3") =>
    fetchChart({ chart: "demo", repo, version }, scratch.file("charts"));

  it("keeps the chart, and asks nobody for it again", async () => {
    offer(entry);
    const fetched = await fetchDemo();
    assert.equal(fetched.version, "1.2.3");
    assert.match(fetched.chart, /[/]charts[/]127[.]0[.]0[.]1_\d+[/]charts[/]demo-1[.]2[.]3[.]tgz$/);
    assert.equal(fs.readFileSync(fetched.chart.slice(1), "utf8"), CONTENT);
    assert.deepEqual(asked, ["/charts/index.yaml", "/charts/demo-1.2.3.tgz"]);
    assert.deepEqual(await fetchDemo(), fetched);
    assert.equal(asked.length, 2);
  });

  it("finds charts that are elsewhere, and versions with and without a v", async () => {
    offer({ version: "2.0.0", urls: [] }, [
      { version: "v1.2.3", urls: [`${repo}/demo-1.2.3.tgz`], digest: `sha256:${DIGEST}` },
    ]);
    const { chart } = await fetchDemo();
    assert.equal(fs.readFileSync(chart.slice(1), "utf8"), CONTENT);
  });

  it("keeps nothing that is not what the index says", async () => {
    offer({ ...entry, digest: "0".repeat(64) });
    await assert.rejects(fetchDemo(), new RegExp(`should have .* 0{64}, and has ${DIGEST}`));
    assert.equal(fs.existsSync(scratch.file("charts")), false);
  });

  it("names the newest version where it does not have the one that is asked for", async () => {
    offer(entry);
    await assert.rejects(fetchDemo("9.9.9"), {
      message: `${repo}/ has no chart demo of version 9.9.9; its newest version is 1.2.3`,
    });
    await assert.rejects(fetchChart({ chart: "other", repo, version: "1.0.0" }, scratch.dir), {
      message: `${repo}/ has no chart other of version 1.0.0; it has none`,
    });
  });

  it("says when the repository or its file is not there", async () => {
    await assert.rejects(fetchDemo(), UnreachableError);
    offer({ ...entry, urls: ["gone.tgz"] });
    await assert.rejects(fetchDemo(), /charts[/]gone[.]tgz cannot be reached/);
    server.close();
    server.closeAllConnections();
    await assert.rejects(fetchDemo(), UnreachableError);
  });

  for (const page of ["<html><body>Please log in: <a href='/'></body></html>", "a: b: c", ""]) {
    it(`takes ${JSON.stringify(page)} for a repository that cannot be reached`, async () => {
      files["/charts/index.yaml"] = page;
      await assert.rejects(fetchDemo(), UnreachableError);
    });
  }

  it("leaves to the provider what is no pinned version in a repository of files", async () => {
    const sources = [
      { chart: "./mirror/demo" },
      { chart: "demo", repo },
      { chart: "demo", repo, version: "~1.2" },
      { chart: "demo", repo: "oci://registry.example.com/charts", version: "1.2.3" },
    ];
    for (const source of sources) {
      assert.equal(await fetchChart(source, scratch.file("charts")), source);
    }
    assert.deepEqual(asked, []);
  });
});
