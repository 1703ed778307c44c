/**
 * Archives of images with only the layers that a node lacks.
 *
 * `docker save` writes every layer every time. A rebuilt application differs from the one before in a
 * few megabytes of hundreds, so the rest is left out where containerd has it already: an OCI archive
 * names its layers by digest, and containerd looks for what is not in the archive in its own store.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack, type Pack } from "tar-stream";

/** An image in `docker save`'s manifest.json. */
interface Saved {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** What an archive of `docker save` has, unpacked. */
export interface SavedArchive {
  /** Folder that it is in. */
  readonly dir: string;
  /** Sizes of its files in bytes, by their names in it. */
  readonly files: ReadonlyMap<string, number>;
}

/** Reads what an unpacked archive has. A layer that occurs twice is a link the second time, and a file as well. */
export function readArchive(dir: string): SavedArchive {
  const names = fs.readdirSync(dir, { encoding: "utf8", recursive: true });
  const stats = names.map((name) => [name, fs.statSync(path.join(dir, name))] as const);
  const files = stats.filter(([, stat]) => stat.isFile());
  return { dir, files: new Map(files.map(([name, { size }]) => [name, size])) };
}

/**
 * The archive for a node.
 *
 * @param has digests of what its containerd has, such as `sha256:...`
 * @param fullName turns a tag of the archive into the name that containerd knows it by
 * @returns a tar stream for `ctr images import`; its errors end the stream
 */
export function archiveFor(
  archive: SavedArchive,
  has: ReadonlySet<string>,
  fullName: (image: string) => string,
): Readable {
  const out = pack();
  const write = archive.files.has("oci-layout") ? copyOci : convert;
  write(archive, has, out, fullName).then(
    () => out.finalize(),
    (error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(out);
}

/** Newer engines save an OCI layout: what the node has is left out, the rest is copied. */
async function copyOci(archive: SavedArchive, has: ReadonlySet<string>, out: Pack): Promise<void> {
  for (const name of archive.files.keys()) {
    if (!has.has(name.replace(/^blobs\/sha256\//, "sha256:"))) {
      await add(out, name, archive, name);
    }
  }
}

/** Adds a file of an archive under another name. */
async function add(out: Pack, as: string, { dir, files }: SavedArchive, name: string) {
  const entry = out.entry({ name: as, size: files.get(name) ?? 0 });
  await pipeline(fs.createReadStream(path.join(dir, name)), entry);
}

/** Older engines save a format whose layers cannot be left out: it is turned into an OCI layout. */
async function convert(
  archive: SavedArchive,
  has: ReadonlySet<string>,
  out: Pack,
  fullName: (image: string) => string,
): Promise<void> {
  const blob = (content: Buffer, mediaType: string) => {
    const digest = sha256(content);
    out.entry({ name: blobName(digest) }, content);
    return { mediaType, digest, size: content.length };
  };

  const layers = new Map<string, string>();
  const manifests: object[] = [];
  for (const { Config, RepoTags, Layers } of parsed<Saved[]>(archive, "manifest.json")) {
    const { rootfs } = parsed<{ rootfs: { diff_ids: string[] } }>(archive, Config);
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: blob(read(archive, Config), "application/vnd.oci.image.config.v1+json"),
      layers: Layers.map((name, index) => {
        const digest = rootfs.diff_ids[index];
        const size = archive.files.get(name);
        if (digest === undefined || size === undefined) {
          throw new Error(`the archive has no layer ${name}, or ${Config} does not know it`);
        }
        layers.set(digest, name);
        return { mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size };
      }),
    };
    const descriptor = blob(Buffer.from(JSON.stringify(manifest)), manifest.mediaType);
    for (const tag of RepoTags ?? []) {
      const annotations = { "io.containerd.image.name": fullName(tag) };
      manifests.push({ ...descriptor, annotations });
    }
  }
  out.entry({ name: "oci-layout" }, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  out.entry({ name: "index.json" }, JSON.stringify({ schemaVersion: 2, manifests }));
  for (const [digest, name] of layers) {
    if (!has.has(digest)) {
      await add(out, blobName(digest), archive, name);
    }
  }
}

function read({ dir, files }: SavedArchive, name: string): Buffer {
  if (!files.has(name)) {
    throw new Error(`the archive has no ${name}`);
  }
  return fs.readFileSync(path.join(dir, name));
}

function parsed<T>(archive: SavedArchive, name: string): T {
  return JSON.parse(read(archive, name).toString()) as T;
}

function blobName(digest: string): string {
  return digest.replace(/^sha256:/, "blobs/sha256/");
}

function sha256(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
