/** What images are called: known before any is built, because tags are made from the content. */
import { createHash, type Hash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import dockerignore from "@balena/dockerignore";
import type { BuildSettings, Part, RefSettings } from "../config/settings";

/** Where each part's image comes from. */
export type ImageSettings = Readonly<Record<Part, BuildSettings | RefSettings>>;

/** Reference of each part's image. */
export type ImageRefs = Readonly<Record<Part, string>>;

/** References of the images. Known before anything is built: tags are made from the content. */
export function imageRefs(parts: ImageSettings): ImageRefs {
  return { backend: imageRef(parts.backend), frontend: imageRef(parts.frontend) };
}

function imageRef(settings: BuildSettings | RefSettings): string {
  return settings.kind === "ref" ? settings.ref : `${settings.repository}:${contentTag(settings)}`;
}

/** What an image is made of. */
export type Recipe = Pick<BuildSettings, "context" | "dockerfile" | "args" | "target" | "platform">;

/**
 * A tag made from what a build sends to Docker, so that the same content never rolls a pod and other
 * content always does.
 *
 * Names, contents and the executable bit count, as they do in Git. Other permission bits and times
 * do not: they differ from checkout to checkout. Of what is neither file nor link (a FIFO, a socket) the
 * name counts: it has no content, and reading it might never end.
 *
 * @returns such as `sha-0123456789ab`
 */
export function contentTag(recipe: Recipe): string {
  const { context, dockerfile } = recipe;
  const hash = createHash("sha256");
  const add = (name: string, file: string) => {
    const stat = fs.lstatSync(file);
    const head = (length: number) =>
      hash.update(JSON.stringify([name, isExecutable(stat), stat.isSymbolicLink(), length]));
    if (stat.isSymbolicLink()) {
      const target = fs.readlinkSync(file);
      head(target.length).update(target);
    } else if (stat.isFile()) {
      head(stat.size);
      addContent(hash, file);
    } else {
      head(-1);
    }
  };
  add("Dockerfile", dockerfile);
  for (const name of contextFiles(context, dockerfile)) {
    add(name, path.join(context, name));
  }
  hash.update(optionsText(recipe));
  return `sha-${hash.digest("hex").slice(0, 12)}`;
}

/** What counts beside files; empty where nothing is set, as in tags that are older than these options. */
function optionsText({ args = {}, target, platform }: Recipe): string {
  const sorted = Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1));
  const options = {
    ...(sorted.length > 0 && { args: sorted }),
    ...(target && { target }),
    ...(platform && { platform }),
  };
  return Object.keys(options).length > 0 ? JSON.stringify(options) : "";
}

function isExecutable(stat: fs.Stats): boolean {
  return stat.isFile() && (stat.mode & 0o100) !== 0;
}

/** Bytes that are read at a time. */
const CHUNK = 2 ** 20;

/** In pieces: Node.js reads no file of 2 GiB or more at once. */
function addContent(hash: Hash, file: string): void {
  const buffer = Buffer.allocUnsafe(CHUNK);
  const opened = fs.openSync(file, "r");
  try {
    for (let read; (read = fs.readSync(opened, buffer)) > 0;) {
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    fs.closeSync(opened);
  }
}

/** What of a build context Docker is sent. Names are relative to the context. */
export interface ContextFilter {
  readonly hasFile: (name: string) => boolean;
  /** Whether something in a folder may be sent. */
  readonly hasFolder: (name: string) => boolean;
}

/** Reads what `.dockerignore` lets through. */
export function contextFilter(context: string, dockerfile: string): ContextFilter {
  const rules = ignoreRules(context, dockerfile);
  const ignore = dockerignore({ ignorecase: false }).add(rules);
  const exceptions = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  return {
    hasFile: (name) => !ignore.ignores(name),
    // An ignored folder is only of interest where an exception could reach into it.
    hasFolder: (name) =>
      !ignore.ignores(name) || exceptions.some((rule) => mayReachInto(name, rule)),
  };
}

/** Whether a pattern can match something below a folder: up to its first wildcard they have to agree. */
function mayReachInto(folder: string, pattern: string): boolean {
  const segments = pattern.split("/");
  const wildcard = segments.findIndex((segment) => /[*?[\\]/.test(segment));
  const names = folder.split("/");
  const fixed = wildcard < 0 ? segments : segments.slice(0, wildcard);
  const agree = names.every((name, index) => index >= fixed.length || fixed[index] === name);
  return agree && (wildcard >= 0 || fixed.length > names.length);
}

/** The files of a build context that Docker is sent, in a fixed order. */
function contextFiles(context: string, dockerfile: string): string[] {
  const { hasFile, hasFolder } = contextFilter(context, dockerfile);
  const walk = (folder: string): string[] =>
    fs.readdirSync(path.join(context, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        return hasFolder(name) ? walk(name) : [];
      }
      return hasFile(name) ? [name] : [];
    });
  return walk("").sort();
}

/** Docker prefers an ignore file that is the Dockerfile's own to the context's. */
function ignoreRules(context: string, dockerfile: string): string[] {
  const file = [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")].find(
    (candidate) => fs.existsSync(candidate),
  );
  return file
    ? fs
        .readFileSync(file, "utf8")
        .replace(/^\uFEFF/, "")
        .split("\n")
        .flatMap(rule)
    : [];
}

/** A line of an ignore file as BuildKit reads it: a comment has no space before it, and paths are made plain. */
function rule(line: string): string[] {
  const text = line.startsWith("#") ? "" : line.trim();
  const not = text.startsWith("!") ? "!" : "";
  const pattern = text.slice(not.length).trim();
  if (pattern === "") {
    return [];
  }
  const plain = path.posix.normalize(pattern).replace(/(?<=.)\/$|^\/(?=.)/g, "");
  // To the library these are a comment, and parts of a regular expression.
  return [not + plain.replace(/^#|(?<!\\)[+(){}|]/g, "\\$&")];
}
