/** What a real build leaves behind of the proxies that it went through: nothing. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { docker } from "../../machine/docker";
import { buildProxies } from "../../machine/dockerConfig";
import { buildArguments } from "../../machine/imageBuild";
import { must } from "../../machine/run";

/** A login that must be found nowhere. */
const CANARY = "canary-4b1d";
const PROXY = `http://user:${CANARY}@proxy.example.com:3128`;
const IMAGE = `soc-build-test:${process.pid}`;

/** The base of the project's own images: whoever runs this suite has it. */
const DOCKERFILE = `FROM node:24-slim
ARG MARK
RUN test "$HTTP_PROXY" = "$http_proxy" && case "$HTTP_PROXY" in *${CANARY.slice(0, 6)}*) echo "$MARK" >/mark ;; *) exit 1 ;; esac
`;

describe("a build through a proxy", function () {
  this.timeout("5m");
  let dir: string;
  const at = (...names: string[]) => path.join(dir, ...names);

  before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-builds-"));
    fs.mkdirSync(at("context"));
    fs.writeFileSync(at("context", "Dockerfile"), DOCKERFILE);
    const config = { proxies: { default: { httpProxy: PROXY } } };
    fs.writeFileSync(at("config.json"), JSON.stringify(config));
    // As the CLI gives them to the engine's builder by itself, so does the provider when it is given them.
    assert.deepEqual(buildProxies("", config), { HTTP_PROXY: PROXY, http_proxy: PROXY });
    const platform = await docker(["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"]);
    const settings = {
      kind: "build",
      context: at("context"),
      dockerfile: at("context", "Dockerfile"),
      args: { MARK: "seen-4b1d" },
      repository: "soc-build-test",
      push: false,
    } as const;
    await docker(buildArguments(IMAGE, settings, platform.trim()), {
      env: { ...process.env, DOCKER_CONFIG: dir },
    });
  });

  after(async () => {
    await docker(["image", "rm", "--force", IMAGE]);
    fs.rmSync(dir, { recursive: true });
  });

  it("has no trace of it in its configuration and history, which have the argument", async () => {
    const history = await docker(["history", "--no-trunc", IMAGE]);
    assert.match(history, /seen-4b1d/);
    assert.ok(!(history + (await docker(["image", "inspect", IMAGE]))).includes(CANARY));
  });

  it("has none in any file or layer, one of which has the argument", async () => {
    const archive = at("image");
    fs.mkdirSync(archive);
    await docker(["save", "--output", at("image.tar"), IMAGE]);
    await must("tar", ["-xf", at("image.tar"), "-C", archive]);
    const files = fs
      .readdirSync(archive, { recursive: true, encoding: "utf8" })
      .map((name) => path.join(archive, name))
      .filter((file) => fs.statSync(file).isFile());
    const contents = files.map((file) => plain(fs.readFileSync(file)));
    assert.ok(contents.some((content) => content.includes("seen-4b1d\n")));
    assert.deepEqual(
      files.filter((_, index) => contents[index]?.includes(CANARY)),
      [],
    );
  });
});

/** A file of an archive, unpacked if it is a layer that is packed. */
function plain(content: Buffer): Buffer {
  return content.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])) ? gunzipSync(content) : content;
}
