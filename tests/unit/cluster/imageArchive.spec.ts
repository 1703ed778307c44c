import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { archiveFor, readArchive, type SavedArchive } from "../../../cluster/imageArchive";
import { Scratch } from "../support/fakes";

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const blob = (digest: string) => digest.replace("sha256:", "blobs/sha256/");
const named = (image: string) => `docker.io/library/${image}`;

describe("archiveFor", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  /** Unpacks an archive; a content that starts with "-> " is a link. */
  function archive(entries: Record<string, string>) {
    for (const [name, content] of Object.entries(entries)) {
      const file = scratch.file("archive", name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      if (content.startsWith("-> ")) {
        fs.symlinkSync(content.slice(3), file);
      } else {
        fs.writeFileSync(file, content);
      }
    }
    return readArchive(scratch.file("archive"));
  }

  async function entriesOf(saved: SavedArchive, has: string[]) {
    const entries = new Map<string, string>();
    const reader = archiveFor(saved, new Set(has), named).pipe(extract());
    for await (const entry of reader) {
      entries.set(entry.header.name, (await buffer(entry)).toString());
    }
    return entries;
  }

  describe("of the older format", () => {
    const layers = ["base layer", "application layer"];
    const config = JSON.stringify({ os: "linux", rootfs: { diff_ids: layers.map(sha256) } });
    const saved = {
      "aaa/layer.tar": "base layer",
      "aaa/VERSION": "1.0",
      "bbb/layer.tar": "application layer",
      "config.json": config,
      "manifest.json": JSON.stringify([
        { Config: "config.json", RepoTags: ["api:1"], Layers: ["aaa/layer.tar", "bbb/layer.tar"] },
      ]),
    };
    const [base = "", application = ""] = layers.map(sha256);

    it("names all layers by digest, and brings those that the node lacks", async () => {
      const entries = await entriesOf(archive(saved), [base]);
      const index = JSON.parse(entries.get("index.json") ?? "");
      assert.deepEqual(
        index.manifests.map(({ annotations }: { annotations: object }) => annotations),
        [{ "io.containerd.image.name": "docker.io/library/api:1" }],
      );
      const manifest = JSON.parse(entries.get(blob(index.manifests[0].digest)) ?? "");
      assert.deepEqual(
        manifest.layers.map(({ digest, size }: { digest: string; size: number }) => [digest, size]),
        [
          [base, 10],
          [application, 17],
        ],
      );
      assert.equal(entries.get(blob(manifest.config.digest)), config);
      assert.equal(entries.get(blob(application)), "application layer");
      assert.equal(entries.has(blob(base)), false);
      assert.deepEqual(JSON.parse(entries.get("oci-layout") ?? ""), {
        imageLayoutVersion: "1.0.0",
      });
    });

    it("has every blob under its own digest", async () => {
      const entries = await entriesOf(archive(saved), []);
      const blobs = [...entries].filter(([name]) => name.startsWith("blobs/"));
      assert.equal(blobs.length, 4);
      for (const [name, content] of blobs) {
        assert.equal(name, blob(sha256(content)));
      }
    });

    it("brings a layer that occurs twice once, though one of the two is a link", async () => {
      const twice = {
        ...saved,
        "bbb/layer.tar": "-> ../aaa/layer.tar",
        "config.json": JSON.stringify({ rootfs: { diff_ids: [base, base] } }),
      };
      const entries = await entriesOf(archive(twice), []);
      const index = JSON.parse(entries.get("index.json") ?? "");
      const manifest = JSON.parse(entries.get(blob(index.manifests[0].digest)) ?? "");
      assert.deepEqual(
        manifest.layers.map(({ size }: { size: number }) => size),
        [10, 10],
      );
      assert.equal(entries.get(blob(base)), "base layer");
    });

    it("fails on an archive that is none, instead of bringing half of one", async () => {
      const broken = archive({ "config.json": config });
      await assert.rejects(buffer(archiveFor(broken, new Set(), named)), /has no manifest\.json/);
    });
  });

  describe("of the newer format", () => {
    const base = sha256("compressed base");
    const saved = {
      "oci-layout": "{}",
      "index.json": "{}",
      [blob(base)]: "compressed base",
      [blob(sha256("application"))]: "application",
    };

    it("is copied without what the node has", async () => {
      assert.deepEqual([...(await entriesOf(archive(saved), [base])).keys()].sort(), [
        blob(sha256("application")),
        "index.json",
        "oci-layout",
      ]);
    });
  });
});
