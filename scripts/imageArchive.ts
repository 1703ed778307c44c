/**
 * Archives of images with only the layers that a node lacks.
 *
 * `docker save` writes every layer every time. A rebuilt application differs from the one before in a
 * few megabytes of hundreds, so the rest is left out where containerd has it already: an OCI archive
 * names its layers by digest, and containerd looks for what is not in the archive in its own store.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, pack, type Pack } from "tar-stream";

/** Files of an archive that are read whole: all that is not a layer is small. */
const SMALL = 4 << 20;

/** An image in `docker save`'s manifest.json. */
interface Saved {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** What an archive of `docker save` has. */
export interface SavedArchive {
  /** Path of the archive. */
  readonly file: string;
  /** Sizes of its entries, in bytes, by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Contents of its small entries, by name. */
  readonly small: ReadonlyMap<string, Buffer>;
}

/** Reads what an archive has, without keeping its layers. */
export async function readArchive(file: string): Promise<SavedArchive> {
  const sizes = new Map<string, number>();
  const small = new Map<string, Buffer>();
  for await (const entry of fs.createReadStream(file).pipe(extract())) {
    const { name, size = 0, type } = entry.header;
    if (type === "file") {
      sizes.set(name, size);
    }
    if (type === "file" && size <= SMALL && !name.endsWith("layer.tar")) {
      small.set(name, await buffer(entry));
    } else {
      entry.resume();
    }
  }
  return { file, sizes, small };
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
  const write = archive.small.has("oci-layout") ? copyOci : convert;
  write(archive, has, out, fullName).then(
    () => out.finalize(),
    (error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(out);
}

/** Newer engines save an OCI layout: what the node has is left out, the rest is copied. */
async function copyOci({ file }: SavedArchive, has: ReadonlySet<string>, out: Pack): Promise<void> {
  for await (const entry of fs.createReadStream(file).pipe(extract())) {
    const digest = entry.header.name.replace(/^blobs\/sha256\//, "sha256:");
    if (has.has(digest) || entry.header.type !== "file") {
      entry.resume();
    } else {
      await pipeline(entry, out.entry(entry.header));
    }
  }
}

/** Older engines save a format whose layers cannot be left out: it is turned into an OCI layout. */
async function convert(
  { file, sizes, small }: SavedArchive,
  has: ReadonlySet<string>,
  out: Pack,
  fullName: (image: string) => string,
): Promise<void> {
  const digests = new Map<string, string>();
  const manifests: object[] = [];
  const blob = (content: string | Buffer, mediaType: string) => {
    const digest = sha256(content);
    const size = Buffer.byteLength(content);
    out.entry({ name: blobName(digest) }, content);
    return { mediaType, digest, size };
  };

  out.entry({ name: "oci-layout" }, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  for (const { Config, RepoTags, Layers } of parsed<Saved[]>(small, "manifest.json")) {
    const { rootfs } = parsed<{ rootfs: { diff_ids: string[] } }>(small, Config);
    const layers = Layers.map((name, index) => {
      const digest = rootfs.diff_ids[index];
      if (digest === undefined) {
        throw new Error(`${Config} has fewer layers than manifest.json`);
      }
      digests.set(name, digest);
      return { name, digest };
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: blob(small.get(Config) ?? "", "application/vnd.oci.image.config.v1+json"),
      layers: layers.map(({ name, digest }) => ({
        mediaType: "application/vnd.oci.image.layer.v1.tar",
        digest,
        size: sizeOf(name, digest, sizes, digests),
      })),
    };
    const descriptor = blob(JSON.stringify(manifest), manifest.mediaType);
    for (const tag of RepoTags ?? []) {
      const annotations = { "io.containerd.image.name": fullName(tag) };
      manifests.push({ ...descriptor, annotations });
    }
  }
  out.entry({ name: "index.json" }, JSON.stringify({ schemaVersion: 2, manifests }));

  const written = new Set(has);
  for await (const entry of fs.createReadStream(file).pipe(extract())) {
    const { name, size, type } = entry.header;
    const digest = digests.get(name);
    if (type !== "file" || digest === undefined || written.has(digest)) {
      entry.resume();
    } else {
      written.add(digest);
      await pipeline(entry, out.entry({ name: blobName(digest), ...(size && { size }) }));
    }
  }
}

/** A layer that occurs twice is a link the second time, and has its size where it is a file. */
function sizeOf(
  name: string,
  digest: string,
  sizes: ReadonlyMap<string, number>,
  digests: ReadonlyMap<string, string>,
): number {
  const names = [name, ...[...digests].filter(([, other]) => other === digest).map(([own]) => own)];
  const size = names.map((one) => sizes.get(one)).find((one) => one !== undefined);
  if (size === undefined) {
    throw new Error(`the archive has no layer ${name}`);
  }
  return size;
}

function parsed<T>(small: ReadonlyMap<string, Buffer>, name: string): T {
  const content = small.get(name);
  if (content === undefined) {
    throw new Error(`the archive has no ${name}`);
  }
  return JSON.parse(content.toString()) as T;
}

function blobName(digest: string): string {
  return `blobs/sha256/${digest.replace(/^sha256:/, "")}`;
}

function sha256(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
