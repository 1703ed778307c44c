import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NginxConfig } from "./support/nginxConfig";

const NGINX = join(import.meta.dirname, "../nginx");

describe("what the container tells nginx about the backend", () => {
  const SCRIPT = join(NGINX, "90-backend.sh");
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "nginx-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  function configuration(resolv: string, env: Record<string, string> = {}): string {
    const [RESOLV_CONF, BACKEND_CONF] = [join(folder, "resolv.conf"), join(folder, "out.conf")];
    writeFileSync(RESOLV_CONF, resolv);
    execFileSync(SCRIPT, { env: { PATH: process.env.PATH, RESOLV_CONF, BACKEND_CONF, ...env } });
    return readFileSync(BACKEND_CONF, "utf8");
  }

  const POD = [
    "search soc.svc.cluster.local svc.cluster.local cluster.local corp.example",
    "nameserver 10.96.0.10",
    "options ndots:5",
  ].join("\n");

  it("completes a Service's name as Kubernetes does", () => {
    assert.equal(
      configuration(POD, { BACKEND_HOST: "soc-agent-backend", BACKEND_PORT: "9000" }),
      'map "" $backend { default "http://soc-agent-backend.soc.svc.cluster.local:9000"; }\n' +
        "resolver 10.96.0.10 valid=10s;\n",
    );
  });

  it("leaves a full name, an address, and a name outside of Kubernetes as they are", () => {
    const backend = (resolv: string, host: string) =>
      /http:[^"]+/.exec(configuration(resolv, { BACKEND_HOST: host }))?.[0];
    assert.equal(backend(POD, "api.example.com"), "http://api.example.com:8000");
    assert.equal(backend(POD, "192.0.2.1"), "http://192.0.2.1:8000");
    const docker = "search corp.example\nnameserver 127.0.0.11\n";
    assert.equal(backend(docker, "backend"), "http://backend:8000");
  });

  it("has an IPv6 address in brackets, as a URL has it", () => {
    for (const host of ["fd00:10:96::2:1", "[fd00:10:96::2:1]", "::ffff:192.0.2.1"]) {
      const [, backend] =
        /http:\/\/(.+):8000/.exec(configuration(POD, { BACKEND_HOST: host })) ?? [];
      assert.equal(backend, `[${host.replace(/[[\]]/g, "")}]`);
    }
  });

  it("names every name server, those of IPv6 in brackets", () => {
    const text = configuration("nameserver 10.96.0.10\nnameserver fd00:10:96::a\n");
    assert.match(text, /^resolver 10\.96\.0\.10 \[fd00:10:96::a\] valid=10s;$/m);
  });

  it("names none where there is none: nginx refuses an empty list", () => {
    assert.equal(
      configuration("# empty\n"),
      'map "" $backend { default "http://backend:8000"; }\n',
    );
  });
});

describe("what nginx listens on", () => {
  const SCRIPT = join(NGINX, "80-listen.sh");
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "nginx-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  /** What the script writes where the kernel shows its IPv6 addresses in this file. */
  function listening(IF_INET6: string): string {
    const LISTEN_CONF = join(folder, "listen.conf");
    execFileSync(SCRIPT, { env: { PATH: process.env.PATH, IF_INET6, LISTEN_CONF } });
    return readFileSync(LISTEN_CONF, "utf8");
  }

  it("is both families where the kernel has both, whatever addresses there are", () => {
    const file = join(folder, "if_inet6");
    writeFileSync(file, "");
    assert.equal(listening(file), "listen 80;\nlisten [::]:80;\n");
  });

  it("is IPv4 alone where the kernel has no other: nginx would not start", () => {
    assert.equal(listening(join(folder, "missing")), "listen 80;\n");
  });
});

describe("what nginx has beside the dashboard", () => {
  const SCRIPT = join(NGINX, "85-pages.sh");

  /** What the script has nginx include. */
  function included(env: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), "nginx-"));
    const PAGES_CONF = join(folder, "pages.conf");
    execFileSync(SCRIPT, { env: { PATH: process.env.PATH, PAGES_CONF, ...env } });
    const text = readFileSync(PAGES_CONF, "utf8");
    rmSync(folder, { recursive: true });
    return text.trim();
  }

  it("is the pages that are named, and nothing where none are", () => {
    const PAGES = join(NGINX, "pages.conf");
    assert.equal(included({ PAGES }), `include ${PAGES};`);
    assert.equal(included({}), "");
    assert.equal(included({ PAGES: "" }), "");
  });
});

describe("what nginx hands on to the backend", () => {
  const config = NginxConfig.read();

  for (const path of ["/api/threats", "/api/threats/trigger", "/health", "/ready"]) {
    it(`has ${path}`, () => {
      assert.equal(config.isProxied(path), true);
    });
  }

  for (const path of ["/", "/index.html", "/some/view", "/apisomething"]) {
    it(`has not ${path}, which is the dashboard's`, () => {
      assert.equal(config.isProxied(path), false);
      assert.equal(config.isRefused(path), false);
    });
  }

  for (const path of ["/metrics", "/docs", "/docs/", "/docs/start.js", "/redoc", "/openapi.json"]) {
    it(`has not ${path}, which is for operators and at the backend's own port`, () => {
      assert.equal(config.isProxied(path), false);
      assert.equal(config.isRefused(path), true);
    });
  }

  it("is an upgrade only where that is to a WebSocket", () => {
    const asked = ["websocket", "WebSocket", "h2c", "tomorrow/7", "h2c, websocket", ""];
    assert.deepEqual(
      asked.map((protocol) => config.upgrade(protocol)),
      ["websocket", "websocket", "", "", "", ""],
    );
  });

  it("has the dashboard's policy, as every answer", () => {
    assert.match(config.policy(), /^default-src 'none'; script-src 'self';.*trusted-types 'none'$/);
  });
});
