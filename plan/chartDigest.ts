/** By what a changed chart is told from the same one. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ChartSource } from "../config/addOns";

/**
 * The digest of a chart that lies in the project: an edit of it changes no other input of its release
 * (pulumi-kubernetes#2568).
 *
 * @param usual where the catalogue has the chart
 * @param found where it comes from now; a folder that somebody else named has no digest
 */
export function ownDigest(usual: ChartSource, found: ChartSource): string | undefined {
  return usual.repo === undefined && found.chart === usual.chart
    ? `chart ${chartDigest(found.chart)}`
    : undefined;
}

/** A digest of all that Helm renders from: documentation may change without an upgrade. */
export function chartDigest(chart: string): string {
  const rendered = [
    "Chart.yaml",
    "values.yaml",
    "values.schema.json",
    "templates",
    "files",
    "charts",
  ];
  const hash = createHash("sha256");
  for (const name of rendered.flatMap((entry) => filesBelow(chart, entry)).sort()) {
    const content = fs.readFileSync(path.join(chart, name));
    hash.update(JSON.stringify([name, content.length])).update(content);
  }
  return `sha256:${hash.digest("hex").slice(0, 12)}`;
}

function filesBelow(root: string, name: string): string[] {
  const stat = fs.statSync(path.join(root, name), { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    return stat ? [name] : [];
  }
  return fs
    .readdirSync(path.join(root, name))
    .flatMap((entry) => filesBelow(root, path.posix.join(name, entry)));
}
