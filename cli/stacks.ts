/** Which stacks there are, so that a slip in a name makes none, and how a new one comes to a file of its own. */
import { closest } from "fastest-levenshtein";
import * as fs from "node:fs";
import { stringify } from "yaml";
import { readStack, stacksWithFile } from "../config/file";
import { PROJECT, stackFile } from "../config/project";
import { kindClusters } from "../machine/kindCluster";
import { findBusyPorts } from "./preflight/ports";
import { hasState, Refusal } from "./pulumi";

/** The defaults of the two ports, which are the first to be tried. */
const PORTS = { httpPort: 8080, httpsPort: 8443 };

/**
 * Makes sure that a stack is meant: that it has a file, or a state.
 *
 * @param listed names of the stacks in the backend, for one that is not the project's own
 * @throws Refusal with the nearest name
 */
export async function assertKnown(
  stack: string,
  listed: () => Promise<readonly string[]>,
): Promise<void> {
  const files = stacksWithFile();
  if (files.includes(stack) || hasState(stack)) {
    return;
  }
  if (process.env["PULUMI_BACKEND_URL"] && (await listed()).includes(stack)) {
    return;
  }
  const meant = files.length > 0 ? ` Did you mean ${closest(stack, files)}?` : "";
  throw new Refusal(
    `There is no stack ${stack}: it has neither a file Pulumi.${stack}.yaml nor a state.${meant}\n` +
      `To make it, with a cluster of its own: npm run up -- --stack=${stack} --create`,
    2,
  );
}

/**
 * Writes a stack's file, with a name and ports for its Kind cluster that nothing else has. They are chosen this
 * once: they are part of the cluster's identity.
 *
 * @returns what to tell the user
 * @throws Refusal when the stack has a file already
 */
export async function createStack(stack: string): Promise<string> {
  const file = stackFile(stack);
  if (fs.existsSync(file)) {
    throw new Refusal(`The stack ${stack} has its file already: leave out --create`, 2);
  }
  const others = stacksWithFile()
    .map(readStack)
    .flatMap((reading) => ("config" in reading ? [reading.config.cluster] : []))
    .filter((cluster) => cluster.kind === "kind");
  const names = [...others.map(({ name }) => name), ...(await kindClusters())];
  const taken = others.flatMap(({ httpPort, httpsPort }) => [httpPort, httpsPort]);
  const name = freeName(stack, names);
  const httpPort = await freePort(PORTS.httpPort, taken);
  const httpsPort = await freePort(PORTS.httpsPort, [...taken, httpPort]);
  const kind = { name, httpPort, httpsPort };
  const config = stringify({ config: { [`${PROJECT}:cluster`]: { kind } } });
  const comment =
    "# Name and ports were free when this file was made. Another name or port is another cluster.";
  fs.writeFileSync(file, `${comment}\n${config}`, { flag: "wx" });
  return `Wrote Pulumi.${stack}.yaml: Kind cluster ${name}, ports ${httpPort} and ${httpsPort}`;
}

/** A name for a stack's Kind cluster that none has. */
export function freeName(stack: string, taken: readonly string[]): string {
  const base = `soc-${stack.toLowerCase().replace(/[^a-z0-9.-]/g, "-")}`.slice(0, 40);
  const names = [base, ...taken.map((_, index) => `${base}-${index + 2}`)];
  return names.find((name) => !taken.includes(name)) ?? base;
}

/** The first port from one on that nothing listens on. */
async function freePort(from: number, taken: readonly number[]): Promise<number> {
  for (let port = from; port <= 65_535; port += 1) {
    const isFree = async () => (await findBusyPorts({ port }, async () => false)).length === 0;
    if (!taken.includes(port) && (await isFree())) {
      return port;
    }
  }
  throw new Refusal(`No port from ${from} on is free`);
}
