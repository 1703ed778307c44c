/**
 * Charts of add-ons, kept in the project. Pulumi's Kubernetes provider downloads a chart whenever it looks
 * at its Release, in every `up` and first when the cluster stands (pulumi-kubernetes,
 * provider/pkg/provider/helm_release.go, locateChart); a file it just reads.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import valid = require("semver/functions/valid");
import { parse } from "yaml";
import type { ChartSource } from "../config/addOns";
import { isMap, type Values } from "../config/values";

/** A chart that an add-on is installed from. */
export interface Chart extends ChartSource {
  /** Whether it could not be looked at. */
  readonly unseen?: boolean;
}

/** Folder of the charts, relative to the project: an absolute path would differ on every machine. */
export const CHARTS = ".charts";

/** Milliseconds in which a repository must answer. */
const TIMEOUT = 10_000;

/** A repository that does not answer, or not with what a repository has. */
export class UnreachableError extends Error {}

/**
 * Downloads a chart unless it is there already. It holds what comes against the digest in the repository's index.
 *
 * @param dir folder to keep it in
 * @returns where the chart is now; what was given when it is no pinned version in a repository of files
 *   (such as one in a registry, a folder, or `~1.2`), which is left to the provider
 * @throws UnreachableError
 * @throws Error for a version that the repository does not have, and for a chart that is not what its index says
 */
export async function fetchChart(source: ChartSource, dir: string = CHARTS): Promise<ChartSource> {
  const { chart, repo, version } = source;
  if (!repo?.startsWith("http") || !valid(version)) {
    return source;
  }
  const base = new URL(repo.endsWith("/") ? repo : `${repo}/`);
  // A mirror's chart may be another one than the original of the same version.
  const folder = `${base.host.replace(":", "_")}${base.pathname}`;
  const file = path.posix.join(dir, folder, `${chart}-${version}.tgz`);
  if (!fs.existsSync(file)) {
    const { url, digest } = await findChart(base, chart, version ?? "");
    keep(file, await download(url), digest);
  }
  return { chart: `./${file}`, ...(version && { version }) };
}

/**
 * A chart to render without a cluster: one that is kept, which is downloaded where it is not yet, or a folder or an archive.
 *
 * @returns where it is
 * @throws Error that says why it cannot be had
 */
export async function chartAtHand(source: ChartSource): Promise<string> {
  const { chart, repo } = await fetchChart(source);
  if (repo !== undefined || !fs.existsSync(chart)) {
    const where = [repo, chart].filter(Boolean).join(" ");
    throw new Error(
      `its chart, ${where}, is neither here nor one exact version in a repository of files`,
    );
  }
  return chart;
}

/** Where a repository has a chart (https://helm.sh/docs/topics/chart_repository/#the-index-file). */
async function findChart(
  base: URL,
  chart: string,
  version: string,
): Promise<{ url: URL; digest?: string }> {
  const versions = (await readIndex(new URL("index.yaml", base)))[chart];
  const found = Array.isArray(versions) ? versions.filter(isMap) : [];
  const entry = found.find((one) => valid(String(one["version"])) === valid(version));
  const urls: unknown = entry?.["urls"];
  const url: unknown = Array.isArray(urls) ? urls[0] : undefined;
  if (typeof url !== "string") {
    const newest = found[0]
      ? `its newest version is ${String(found[0]["version"])}`
      : "it has none";
    throw new Error(`${base.href} has no chart ${chart} of version ${version}; ${newest}`);
  }
  const digest = entry?.["digest"];
  return { url: new URL(url, base), ...(typeof digest === "string" && { digest }) };
}

/** The charts that an index has. The page of a proxy that lets nobody through is none. */
async function readIndex(url: URL): Promise<Values> {
  const text = (await download(url)).toString();
  let index: unknown;
  try {
    index = parse(text);
  } catch (error) {
    throw new UnreachableError(`${url.href} is no YAML`, { cause: error });
  }
  if (!isMap(index) || !isMap(index["entries"])) {
    throw new UnreachableError(`${url.href} is no index of charts`);
  }
  return index["entries"];
}

async function download(url: URL): Promise<Buffer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
    if (!answer.ok) {
      throw new Error(`it answers with ${answer.status}`);
    }
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    throw new UnreachableError(`${url.href} cannot be reached`, { cause: error });
  }
}

/** Writes a chart under its name only when all of it is there. */
function keep(file: string, content: Buffer, digest: string | undefined): void {
  const actual = createHash("sha256").update(content).digest("hex");
  // Some write it with the name of the algorithm.
  if (digest !== undefined && digest.replace(/^sha256:/, "") !== actual) {
    throw new Error(`${file} should have the SHA-256 digest ${digest}, and has ${actual}`);
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}`;
  fs.writeFileSync(part, content);
  fs.renameSync(part, file);
}
