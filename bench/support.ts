/** What the benches share that are about clusters. */
import { kindConfig } from "../plan/kindConfig";
import { PARTS, type KindSettings, type StackConfig } from "../config/settings";
import type { Project } from "../tests/support/project";

/** Of the clusters that the benches make by hand. */
export const IDENTITY = "bare.bench";

/** The line that a change changes, in a file of the backend. */
const SOURCE = "backend/src/routes/health.ts";
const VERSION = /const VERSION = "2\.0[^"]*"/;

/** The Kind cluster of a configuration. */
export function kindOf({ cluster }: StackConfig): KindSettings {
  if (cluster.kind !== "kind") {
    throw new Error("the bench is about a Kind cluster");
  }
  return cluster;
}

/** Makes a cluster like the stack's with Kind alone. Its kubeconfig is the project's file of that name. */
export async function createCluster(
  project: Project,
  kind: KindSettings,
  kubeconfig: string,
): Promise<void> {
  project.write("kind.json", JSON.stringify(kindConfig(kind, IDENTITY)));
  const create = ["create", "cluster", "--name", kind.name, "--kubeconfig", kubeconfig];
  await project.must("kind", [...create, "--config", "kind.json", "--wait", "2m"]);
}

/** References of the application's images with a tag. */
export function imagesOf(tag: string): string[] {
  return PARTS.map((part) => `soc-${part}:${tag}`);
}

/** Builds the application's images with a tag, one after the other. */
export async function buildImages(project: Project, tag: string): Promise<void> {
  for (const part of PARTS) {
    // With --quiet BuildKit would not say why it failed.
    await project.must("docker", ["build", "-t", `soc-${part}:${tag}`, part]);
  }
}

let changes = Date.now();

/** Changes one line of the backend. Returns the version that it tells from then on, which can be a tag. */
export function change(project: Project): string {
  const before = project.read(SOURCE).match(VERSION)?.[0];
  if (!before) {
    throw new Error(`${SOURCE} has no line like ${VERSION}`);
  }
  const version = `2.0-${(changes += 1)}`;
  project.edit(SOURCE, before, `const VERSION = "${version}"`);
  return version;
}
