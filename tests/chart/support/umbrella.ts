import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { CHART, VERSION, type Values } from "./helm";

/** A chart that has this one among its dependencies, once for each entry. */
export interface Umbrella {
  /** Entries of its `dependencies`, beyond name and version: `alias`, `condition`. @default one without */
  readonly dependencies?: readonly Values[];
  /** Its `values.yaml`. @default none */
  readonly values?: Values;
}

/** Writes an umbrella chart to a folder of its own, lets `use` look at it, and removes it. */
export async function withUmbrella<T>(
  { dependencies = [{}], values = {} }: Umbrella,
  use: (chart: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "umbrella-"));
  const entries = dependencies.map((entry) => ({ name: "soc-agent", version: VERSION, ...entry }));
  const meta = { apiVersion: "v2", name: "umbrella", version: "1.0.0", dependencies: entries };
  try {
    await mkdir(path.join(folder, "charts"));
    await cp(CHART, path.join(folder, "charts/soc-agent"), { recursive: true });
    await writeFile(path.join(folder, "Chart.yaml"), JSON.stringify(meta));
    await writeFile(path.join(folder, "values.yaml"), JSON.stringify(values));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
