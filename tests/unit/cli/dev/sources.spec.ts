import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { once } from "node:events";
import { withDefaults } from "../../../../config/defaults";
import { watchFiles } from "../../../../cli/dev/dev";
import { differences, digestsOf, sourcesOf, whose, type Source } from "../../../../cli/dev/sources";
import { Scratch } from "../../support/fakes";

describe("sourcesOf", () => {
  let scratch: Scratch;
  const write = (name: string, text: string) => {
    const file = scratch.file(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  };
  beforeEach(() => {
    scratch = new Scratch();
    write("api/Dockerfile", "FROM scratch\n");
    write("api/.dockerignore", "node_modules\ndocs/*\n!docs/api.md\n");
    write("api/src/main.ts", "1");
    write("Pulumi.dev.yaml", "config: { soc-agent:values: {} }\n");
  });
  afterEach(() => scratch.remove());

  const sources = () =>
    sourcesOf(
      withDefaults({
        images: { backend: { context: scratch.file("api") }, frontend: { ref: "web:1" } },
      }),
      scratch.file("Pulumi.dev.yaml"),
    );
  /** What a change of a file makes different. */
  const changedBy = (name: string, text: string) => {
    const before = digestsOf(sources());
    write(name, text);
    return differences(before, digestsOf(sources()));
  };

  it("are the parts that are built here, the chart and the configuration", () => {
    assert.deepEqual(
      sources().map(({ name }) => name),
      ["backend", "chart", "configuration"],
    );
  });

  it("differ when what Docker is sent differs, and not otherwise", () => {
    assert.deepEqual(changedBy("api/src/main.ts", "2"), ["backend"]);
    assert.deepEqual(changedBy("api/src/main.ts", "2"), []);
    assert.deepEqual(changedBy("api/Dockerfile", "FROM other\n"), ["backend"]);
    assert.deepEqual(changedBy("api/node_modules/some/index.js", "2"), []);
  });

  it("differ by the configuration, and not by the salt that Pulumi writes beside it", () => {
    const file = "Pulumi.dev.yaml";
    const salted = "config: { soc-agent:values: {} }\nencryptionsalt: v1:abc\n";
    assert.deepEqual(changedBy(file, salted), []);
    assert.deepEqual(changedBy(file, "config: { soc-agent:values: { a: 1 } }\n"), [
      "configuration",
    ]);
  });

  it("differ when they cannot be read, so that Pulumi says why", () => {
    const before = digestsOf(sources());
    fs.rmSync(scratch.file("api/Dockerfile"));
    assert.deepEqual(differences(before, digestsOf(sources())), ["backend"]);
  });

  it("leave folders unwatched that Docker is not sent", () => {
    const [backend] = sources() as [Source];
    assert.equal(backend.ignores(scratch.file("api/node_modules")), true);
    assert.equal(backend.ignores(scratch.file("api/src")), false);
    assert.equal(backend.ignores(scratch.file("api/docs")), false, "an exception is in there");
    assert.equal(backend.ignores(scratch.file("api")), false);
    assert.equal(backend.ignores(scratch.file("elsewhere/node_modules")), false);
  });

  it("know whose a file is", () => {
    const known = sources();
    const of = (name: string) => whose(known, scratch.file(name));
    assert.deepEqual(of("api/src/main.ts"), { source: "backend", file: "src/main.ts" });
    assert.deepEqual(of("Pulumi.dev.yaml"), { source: "configuration", file: "Pulumi.dev.yaml" });
    assert.equal(of("other/file"), undefined);
  });
});

describe("watchFiles", () => {
  it("follows no links to folders, which may be a loop, and is no link's victim", async () => {
    const scratch = new Scratch();
    fs.mkdirSync(scratch.file("real/src"), { recursive: true });
    fs.symlinkSync("real", scratch.file("api"));
    fs.symlinkSync(".", scratch.file("real/src/self"));
    fs.symlinkSync("loop", scratch.file("real/src/loop"));
    const source: Source = {
      name: "api",
      paths: ["api"],
      ignores: () => false,
      digest: () => "",
    };
    const watcher = watchFiles(scratch.dir, () => [source]);
    const errors: unknown[] = [];
    watcher.on("error", (error) => errors.push(error));
    await once(watcher, "ready");
    const changed = once(watcher, "all");
    fs.writeFileSync(scratch.file("real/src/main.ts"), "1");
    assert.deepEqual((await changed).slice(0, 2), ["add", path.join("api", "src", "main.ts")]);
    assert.deepEqual(errors, []);
    await watcher.close();
    scratch.remove();
  });
});
