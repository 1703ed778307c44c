import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execFileSync } from "node:child_process";
import { contentTag, contextFilter, imageRefs, type Recipe } from "../../../plan/imageRefs";

describe("contentTag", () => {
  let dir: string;
  const at = (file: string) => path.join(dir, file);
  const recipe = () => ({ context: dir, dockerfile: at("Dockerfile") });
  const tag = () => contentTag(recipe());

  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-context-"));
    fs.mkdirSync(at("src"));
    fs.mkdirSync(at("node_modules/left-pad"), { recursive: true });
    fs.writeFileSync(at("Dockerfile"), "FROM scratch\n");
    fs.writeFileSync(at(".dockerignore"), "# a comment\n*\n!src\n!package.json\nsrc/*.log\n");
    fs.writeFileSync(at("src/main.ts"), "main\n");
    fs.writeFileSync(at("package.json"), "{}\n");
    fs.writeFileSync(at("node_modules/left-pad/index.js"), "pad\n");
  });
  afterEach(() => fs.rmSync(dir, { recursive: true }));

  it("is a valid tag, the same for the same content elsewhere", () => {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), "soc-copy-"));
    fs.cpSync(dir, copy, { recursive: true });
    assert.match(tag(), /^sha-[0-9a-f]{12}$/);
    assert.equal(contentTag({ context: copy, dockerfile: path.join(copy, "Dockerfile") }), tag());
    fs.rmSync(copy, { recursive: true });
  });

  const changes: [string, () => void][] = [
    ["a file's content", () => fs.writeFileSync(at("src/main.ts"), "main2\n")],
    ["a file's name", () => fs.renameSync(at("src/main.ts"), at("src/app.ts"))],
    ["a new file", () => fs.writeFileSync(at("src/more.ts"), "")],
    ["an executable bit", () => fs.chmodSync(at("src/main.ts"), 0o755)],
    ["the Dockerfile", () => fs.appendFileSync(at("Dockerfile"), "LABEL a=b\n")],
    ["what is ignored", () => fs.appendFileSync(at(".dockerignore"), "src/main.ts\n")],
  ];
  for (const [title, change] of changes) {
    it(`changes with ${title}`, () => {
      const before = tag();
      change();
      assert.notEqual(tag(), before);
    });
  }

  const indifferent: [string, () => void][] = [
    ["an ignored file", () => fs.writeFileSync(at("src/debug.log"), "x")],
    ["an ignored folder", () => fs.writeFileSync(at("node_modules/left-pad/index.js"), "other")],
    ["permissions beside the executable bit", () => fs.chmodSync(at("src/main.ts"), 0o600)],
    ["times", () => fs.utimesSync(at("src/main.ts"), 1, 1)],
  ];
  for (const [title, change] of indifferent) {
    it(`does not change with ${title}`, () => {
      const before = tag();
      change();
      assert.equal(tag(), before);
    });
  }

  it("counts build arguments in whatever order, the stage and the platform, each by itself", () => {
    const sets: Partial<Recipe>[] = [
      {},
      { args: { A: "1", B: "2" } },
      { args: { A: "1" } },
      { args: { A: "2", B: "1" } },
      { target: "runtime" },
      { args: { target: "runtime" } },
      { platform: "linux/amd64" },
      { target: "runtime", platform: "linux/amd64" },
    ];
    const tags = sets.map((more) => contentTag({ ...recipe(), ...more }));
    assert.deepEqual([...new Set(tags)], tags);
    assert.equal(contentTag({ ...recipe(), args: { B: "2", A: "1" } }), tags[1]);
    assert.equal(contentTag({ ...recipe(), args: {} }), tags[0]);
  });

  it("finds files that an exception keeps below an ignored folder", () => {
    fs.writeFileSync(at(".dockerignore"), "node_modules\n!node_modules/left-pad/index.js\n");
    const before = tag();
    fs.writeFileSync(at("node_modules/left-pad/index.js"), "other");
    assert.notEqual(tag(), before);
  });

  it("ends with a FIFO and with loops of links", () => {
    const before = tag();
    execFileSync("mkfifo", [at("src/fifo")]);
    const withFifo = tag();
    assert.notEqual(withFifo, before);
    fs.symlinkSync("loop", at("src/loop"));
    fs.symlinkSync(".", at("src/self"));
    assert.notEqual(tag(), withFifo);
  });

  it("is what it was before contents were read in pieces", () => {
    fs.writeFileSync(at("src/big"), Buffer.alloc(3 * 2 ** 20 + 7, "0123456789"));
    fs.chmodSync(at("src/main.ts"), 0o755);
    fs.symlinkSync("big", at("src/link"));
    assert.equal(tag(), "sha-adb6ed8f2a1e");
  });

  it("prefers an ignore file that is the Dockerfile's own", () => {
    fs.writeFileSync(at("Dockerfile.dockerignore"), "*\n");
    const before = tag();
    fs.writeFileSync(at("src/main.ts"), "changed\n");
    assert.equal(tag(), before);
  });
});

// What BuildKit 0.33 copies of these files, each list from a `docker build --output`.
describe("contextFilter", () => {
  const FILES = ["a.md", "#odd", "c++", "lib/a/keep/f", "lib/b/other/f", "src/x/keep.md", "SRC/z"];
  const sent: [ignored: string, files: string[]][] = [
    ["*\n!src\n", ["src/x/keep.md"]],
    ["\uFEFF*\n!src\n", ["src/x/keep.md"]],
    ["*\r\n!/src/\r\n", ["src/x/keep.md"]],
    ["*\n! ./src/x\n", ["src/x/keep.md"]],
    ["*\n!lib/*/keep\n", ["lib/a/keep/f"]],
    ["lib/**\n!lib/b\n", ["a.md", "#odd", "c++", "lib/b/other/f", "src/x/keep.md", "SRC/z"]],
    ["*\n!**/keep.md\n", ["src/x/keep.md"]],
    ["src\nlib\n#odd\n", ["a.md", "#odd", "c++", "SRC/z"]],
    ["src\nlib\n #odd\n", ["a.md", "c++", "SRC/z"]],
    ["*\n!c++\n", ["c++"]],
  ];
  for (const [ignored, files] of sent) {
    it(`reads ${JSON.stringify(ignored)} as BuildKit does`, () => {
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-ignore-"));
      const dockerfile = path.join(dir, "Dockerfile");
      fs.writeFileSync(`${dockerfile}.dockerignore`, ignored);
      const { hasFile, hasFolder } = contextFilter(dir, dockerfile);
      const reached = (file: string) =>
        file
          .split("/")
          .slice(0, -1)
          .every((_, index, all) => hasFolder(all.slice(0, index + 1).join("/")));
      assert.deepEqual(
        FILES.filter((file) => reached(file) && hasFile(file)),
        files,
      );
      fs.rmSync(dir, { recursive: true });
    });
  }
});

describe("imageRefs", () => {
  it("names a given image as it is", () => {
    const ref = { kind: "ref", ref: "ghcr.io/acme/api:1" } as const;
    assert.deepEqual(imageRefs({ backend: ref, frontend: ref }), {
      backend: "ghcr.io/acme/api:1",
      frontend: "ghcr.io/acme/api:1",
    });
  });
});
