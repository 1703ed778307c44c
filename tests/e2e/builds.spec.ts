/** What a real build leaves behind of its secrets and of the proxies that it went through: nothing. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { docker, tryDocker } from "../../machine/docker";
import { buildProxies } from "../../machine/dockerConfig";
import { buildArguments, type Build } from "../../machine/imageBuild";
import { must } from "../../machine/run";

/** A login that must be found nowhere. */
const CANARY = "canary-4b1d";
const PROXY = `http://user:${CANARY}@proxy.example.com:3128`;
const IMAGE = `soc-build-test:${process.pid}`;

/** The base of the project's own images: whoever runs this suite has it. What the build may not have fails it. */
const dockerfile = (step: string) => `FROM node:24-slim
ARG MARK
${step}
RUN echo "$MARK" >/mark
`;
const THROUGH = 'RUN test "$HTTP_PROXY" = "$http_proxy" && test -n "$HTTP_PROXY"';
const WITH_SECRET = "RUN --mount=type=secret,id=token test -s /run/secrets/token";

/** A build: its Dockerfile's step, its secrets, and who is told of it. */
const BUILDS: readonly {
  readonly title: string;
  readonly step: string;
  readonly secrets?: Build["secrets"];
  readonly build: (build: Build, platform: string, env: NodeJS.ProcessEnv) => Promise<string>;
}[] = [
  {
    title: "a build through a proxy",
    step: THROUGH,
    // As the CLI gives proxies to the engine's builder by itself, so does the provider when it is given them.
    build: (build, platform, env) => docker(buildArguments(IMAGE, build, platform), { env }),
  },
  {
    title: "a build through a proxy, with a secret",
    step: `${THROUGH}\n${WITH_SECRET}`,
    secrets: { token: { env: "TOKEN" } },
    build: (build, PLATFORM, env) => {
      const given = { IMAGE, BUILD: JSON.stringify(build), PLATFORM, TO: "engine", TOKEN: CANARY };
      const script = ["--require", "tsx/cjs", "scripts/buildImage.ts"];
      return must("node", script, { env: { ...env, ...given } });
    },
  },
];

for (const { title, step, secrets, build } of BUILDS) {
  describe(title, function () {
    this.timeout("5m");
    let dir: string;
    const at = (...names: string[]) => path.join(dir, ...names);

    before(async function () {
      dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-builds-"));
      if (secrets && !(await tryDocker(["buildx", "version"])).ok) {
        // The program refuses secrets there.
        this.skip();
      }
      fs.mkdirSync(at("context"));
      fs.writeFileSync(at("context", "Dockerfile"), dockerfile(step));
      const config = { proxies: { default: { httpProxy: PROXY } } };
      fs.writeFileSync(at("config.json"), JSON.stringify(config));
      assert.deepEqual(buildProxies("", config), { HTTP_PROXY: PROXY, http_proxy: PROXY });
      const platform = await docker(["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"]);
      const recipe = {
        context: at("context"),
        dockerfile: at("context", "Dockerfile"),
        args: { MARK: "seen-4b1d" },
        ...(secrets && { secrets }),
      };
      const said = await build(recipe, platform.trim(), { ...process.env, DOCKER_CONFIG: dir });
      assert.ok(!said.includes(CANARY));
    });

    after(async () => {
      await tryDocker(["image", "rm", "--force", IMAGE]);
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
}

/** A file of an archive, unpacked if it is a layer that is packed. */
function plain(content: Buffer): Buffer {
  return content.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])) ? gunzipSync(content) : content;
}
