/** What images are called: known before any is built, because tags are made from the content. */
import { createHash } from "node:crypto";
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
  return settings.kind === "ref"
    ? settings.ref
    : `${settings.repository}:${contentTag(settings.context, settings.dockerfile)}`;
}

/**
 * A tag made from what a build sends to Docker, so that the same content never rolls a pod and other
 * content always does.
 *
 * Names, contents and the executable bit count, as they do in Git. Other permission bits and times
 * do not: they differ from checkout to checkout.
 *
 * @returns such as `sha-0123456789ab`
 */
export function contentTag(context: string, dockerfile: string): string {
  const hash = createHash("sha256");
  const add = (name: string, file: string) => {
    const stat = fs.lstatSync(file);
    const content = stat.isSymbolicLink() ? fs.readlinkSync(file) : fs.readFileSync(file);
    const executable = stat.isFile() && (stat.mode & 0o100) !== 0;
    hash.update(JSON.stringify([name, executable, stat.isSymbolicLink(), content.length]));
    hash.update(content);
  };
  add("Dockerfile", dockerfile);
  for (const name of contextFiles(context, dockerfile)) {
    add(name, path.join(context, name));
  }
  return `sha-${hash.digest("hex").slice(0, 12)}`;
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
  const ignore = dockerignore().add(rules);
  const exceptions = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  return {
    hasFile: (name) => !ignore.ignores(name),
    // An ignored folder is only of interest where an exception could reach into it.
    hasFolder: (name) =>
      !ignore.ignores(name) ||
      exceptions.some((rule) => rule.startsWith(`${name}/`) || /^[^/]*[*?[]/.test(rule)),
  };
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
        .split("\n")
        .map((rule) => rule.trim())
        .filter((rule) => rule !== "" && !rule.startsWith("#"))
    : [];
}
