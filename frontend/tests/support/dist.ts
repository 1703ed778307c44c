import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const DIST = join(import.meta.dirname, "../../dist");
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** A file as it is served. */
export interface ServedFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The built page's file at a path, as nginx has it: what is no file is the page. Undefined where there is none. */
export async function builtFile(pathname: string): Promise<ServedFile | undefined> {
  const path = extname(pathname) === "" ? "/index.html" : normalize(pathname);
  const body = await readFile(join(DIST, path)).catch(() => undefined);
  return body && { body, type: MEDIA_TYPES[extname(path)] ?? "application/octet-stream" };
}
