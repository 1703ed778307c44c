import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { httpGet, parseAddress } from "../../../cluster/httpGet";

describe("parseAddress", () => {
  const cases: [string, { host: string; port?: number }][] = [
    ["203.0.113.7", { host: "203.0.113.7" }],
    ["203.0.113.7:8443", { host: "203.0.113.7", port: 8443 }],
    ["lb.example.com:443", { host: "lb.example.com", port: 443 }],
    ["[2001:db8::1]", { host: "2001:db8::1" }],
    ["[2001:db8::1]:443", { host: "2001:db8::1", port: 443 }],
  ];
  for (const [address, parsed] of cases) {
    it(`takes ${address} apart`, () => assert.deepEqual(parseAddress(address), parsed));
  }
});

describe("httpGet", () => {
  let dir: string;
  let server: https.Server;
  const at = (file: string) => path.join(dir, file);
  const to = () => ({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });

  before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-http-"));
    const subject = ["-subj", "/CN=a.invalid", "-addext", "subjectAltName=DNS:a.invalid"];
    const key = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"];
    execFileSync("openssl", [...key, ...subject, "-keyout", at("key"), "-out", at("ca")], {
      stdio: "ignore",
    });
    server = https.createServer(
      { key: fs.readFileSync(at("key")), cert: fs.readFileSync(at("ca")) },
      ({ headers }, response) => response.writeHead(418).end(headers.host),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.close();
    fs.rmSync(dir, { recursive: true });
  });

  it("gives the answer of another address to the URL's name", async () => {
    const ca = fs.readFileSync(at("ca"), "utf8");
    const answer = await httpGet(new URL("https://a.invalid/path"), { ...to(), ca });
    assert.deepEqual(answer, { status: 418, body: "a.invalid" });
  });

  it("refuses a certificate that nobody it trusts has signed, or that is for another name", async () => {
    const url = new URL("https://a.invalid");
    await assert.rejects(httpGet(url, to()), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const ca = fs.readFileSync(at("ca"), "utf8");
    await assert.rejects(httpGet(new URL("https://b.invalid"), { ...to(), ca }), {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    const answer = await httpGet(url, { ...to(), verify: false });
    assert.equal(answer.status, 418);
  });
});
