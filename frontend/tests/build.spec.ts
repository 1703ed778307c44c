import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = join(import.meta.dirname, "../dist");
const assets = () => readdirSync(join(DIST, "assets")).map((name) => join(DIST, "assets", name));

describe("the built page", () => {
  it("loads less than 200 kB of JavaScript, compressed", () => {
    const scripts = assets().filter((path) => path.endsWith(".js"));
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    assert.ok(scripts.length > 0);
    assert.ok(bytes < 200_000, `${bytes} bytes`);
  });

  it("needs no other host, and no inline script or style", () => {
    const page = readFileSync(join(DIST, "index.html"), "utf8");
    const styles = assets().filter((path) => path.endsWith(".css"));
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    for (const text of [page, ...styles.map((path) => readFileSync(path, "utf8"))]) {
      assert.doesNotMatch(text, /https?:|url\(["']?\/\//);
    }
  });
});
