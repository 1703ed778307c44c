import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentTag, imageRefs } from "../../../plan/imageRefs";

describe("contentTag", () => {
  let dir: string;
  const at = (file: string) => path.join(dir, file);
  const tag = () => contentTag(dir, at("Dockerfile"));

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
    assert.equal(contentTag(copy, path.join(copy, "Dockerfile")), tag());
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

  it("finds files that an exception keeps below an ignored folder", () => {
    fs.writeFileSync(at(".dockerignore"), "node_modules\n!node_modules/left-pad/index.js\n");
    const before = tag();
    fs.writeFileSync(at("node_modules/left-pad/index.js"), "other");
    assert.notEqual(tag(), before);
  });

  it("prefers an ignore file that is the Dockerfile's own", () => {
    fs.writeFileSync(at("Dockerfile.dockerignore"), "*\n");
    const before = tag();
    fs.writeFileSync(at("src/main.ts"), "changed\n");
    assert.equal(tag(), before);
  });
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
