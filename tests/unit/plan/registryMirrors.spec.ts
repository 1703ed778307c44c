import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import type { RegistryMirrors } from "../../../config/settings";
import { HOSTS_PATCHES, mirrorsScript } from "../../../plan/registryMirrors";
import { Scratch } from "../support/fakes";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

describe("mirrorsScript", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const hosts = () => scratch.file("certs.d");
  /** Tells a node these mirrors. @returns its files */
  const tell = (mirrors: RegistryMirrors): Record<string, string> => {
    const input = mirrorsScript(mirrors, (file) => `${CERTIFICATE} ${file}\n`, hosts());
    const { status, stderr } = spawnSync("sh", { input, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const names = fs.readdirSync(hosts(), { recursive: true, encoding: "utf8" });
    return Object.fromEntries(
      names
        .filter((name) => fs.statSync(`${hosts()}/${name}`).isFile())
        .sort()
        .map((name) => [name, fs.readFileSync(`${hosts()}/${name}`, "utf8")]),
    );
  };

  it("asks the mirrors of a registry in their order, trusting its certificate authority", () => {
    const mirrors = ["https://a.example.com", "http://b.example.com:5000/docker"];
    assert.deepEqual(tell({ "docker.io": { mirrors, ca: "ca.pem" } }), {
      "docker.io/ca.crt": `${CERTIFICATE} ca.pem\n`,
      "docker.io/hosts.toml": [
        'ca = "ca.crt"',
        '[host."https://a.example.com"]',
        'capabilities = ["pull", "resolve"]',
        'ca = "ca.crt"',
        '[host."http://b.example.com:5000/docker"]',
        'capabilities = ["pull", "resolve"]',
        'ca = "ca.crt"',
        "",
      ].join("\n"),
    });
  });

  it("takes a path that begins with /v2/ for the API itself", () => {
    const mirrors = ["https://harbor.example.com/v2/hub"];
    assert.match(
      tell({ "quay.io": { mirrors } })["quay.io/hosts.toml"] ?? "",
      /harbor\.example\.com\/v2\/hub"\]\n.*\noverride_path = true\n$/,
    );
  });

  it("leaves nothing of what a node was told before", () => {
    tell({ "docker.io": { ca: "ca.pem" }, "quay.io": { mirrors: ["https://a.example.com"] } });
    const files = tell({ "registry.example.com:5000": { mirrors: ["https://a.example.com"] } });
    assert.deepEqual(Object.keys(files), ["registry.example.com:5000/hosts.toml"]);
    assert.ok(!fs.existsSync(`${hosts()}.new`));
  });
});

describe("HOSTS_PATCHES", () => {
  it("name the version of containerd's configuration that each is for", () => {
    assert.deepEqual(
      HOSTS_PATCHES.map((patch) => /^version = (\d)\n\[plugins\."([^"]+)"/.exec(patch)?.slice(1)),
      [
        ["2", "io.containerd.grpc.v1.cri"],
        ["3", "io.containerd.cri.v1.images"],
      ],
    );
  });
});
