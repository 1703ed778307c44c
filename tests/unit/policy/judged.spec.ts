import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../../config/project";
import { digestFor, isKept, memory, rememberKept, SOURCES } from "../../../policy/judged";
import { importsOf } from "../../support/imports";

describe("what a stack was last judged by", () => {
  const stack = `test-judged-${process.pid}`;
  const file = path.join(ROOT, `Pulumi.${stack}.yaml`);
  afterEach(() => {
    fs.rmSync(file, { force: true });
    fs.rmSync(memory(stack), { force: true });
  });

  it("is remembered until something else is read", () => {
    const digest = digestFor(stack, "helm 3");
    assert.equal(isKept(stack, digest), false);
    rememberKept(stack, digest);
    assert.equal(isKept(stack, digestFor(stack, "helm 3")), true);
    assert.equal(isKept(stack, digestFor(stack, "helm 4")), false);
    assert.equal(isKept("dev", digest), false);
    fs.writeFileSync(file, "config: {}");
    const own = digestFor(stack, "helm 3");
    assert.notEqual(own, digest);
    fs.writeFileSync(file, "config: { }");
    assert.notEqual(digestFor(stack, "helm 3"), own);
    const chart = "./tests/fixtures/addOns/traefik";
    assert.notEqual(digestFor(stack, "helm 3", [chart]), digestFor(stack, "helm 3"));
    assert.equal(digestFor(stack, "helm 3", ["traefik"]), digestFor(stack, "helm 3"));
  });

  it("is all of the project that judging loads and reads", () => {
    const seen = new Set(["policy/look.ts"]);
    for (const from of seen) {
      importsOf(ROOT, [from])
        .filter(({ to, typeOnly }) => !typeOnly && fs.existsSync(path.join(ROOT, to)))
        .filter(({ to }) => /\.[cm]?ts$/.test(to))
        .forEach(({ to }) => seen.add(to));
    }
    assert.ok(seen.size > 20, `only ${seen.size} files`);
    const folders = [...seen].map((name) => name.split("/")[0] ?? "");
    assert.deepEqual(
      folders.filter((folder) => !SOURCES.includes(folder)),
      [],
    );
    assert.ok(SOURCES.every((name) => fs.existsSync(path.join(ROOT, name))));
  });
});
