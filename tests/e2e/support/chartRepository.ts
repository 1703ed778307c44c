/** A chart repository on this machine. */
import * as fs from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import type { ChartSource } from "../../../config/addOns";
import { must } from "../../../machine/run";

/** A repository with one chart. */
export interface ChartRepository {
  /** What it has, as the configuration of an add-on names it. */
  readonly source: Required<ChartSource>;
  /** Paths that it was asked for. */
  readonly asked: readonly string[];
  readonly close: () => void;
}

/**
 * Serves a chart as `helm package` and `helm repo index` make it.
 *
 * @param source where the chart is: a folder, or another repository
 * @param dir folder for its files
 */
export async function serveChart(
  { chart, repo, version }: ChartSource,
  dir: string,
): Promise<ChartRepository> {
  const from = [...(repo ? ["--repo", repo] : []), ...(version ? ["--version", version] : [])];
  const get = repo ? ["pull", chart, ...from] : ["package", chart];
  await must("helm", [...get, "--destination", dir]);
  await must("helm", ["repo", "index", dir]);
  const [archive = ""] = fs.readdirSync(dir).filter((name) => name.endsWith(".tgz"));
  const [, name = "", packaged = ""] = /^(.+)-(\d.*)\.tgz$/.exec(archive) ?? [];

  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const file = path.join(dir, path.basename(url));
    response.writeHead(fs.existsSync(file) ? 200 : 404);
    response.end(fs.existsSync(file) ? fs.readFileSync(file) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    source: { chart: name, repo: address, version: packaged },
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
