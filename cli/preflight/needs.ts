/** What a stack asks of the machine, by its file alone: neither the stack nor Pulumi has to be there. */
import * as path from "node:path";
import type { Reading } from "../../config/file";
import { ROOT } from "../../config/project";
import { stackFiles } from "../../machine/files";
import type { Needs } from "./facts";
import { locksOf } from "./locks";

/** Works out what a stack needs. */
export function needsOf(stack: string, reading: Reading): Needs {
  const locks = locksOf(stack);
  if ("problems" in reading) {
    return { stack, locks, config: reading.problems, docker: true };
  }
  const { cluster, images } = reading.config;
  const base = { stack, locks, images, config: [] };
  if (cluster.kind === "existing") {
    const { kubernetesVersion: kubernetes } = cluster;
    const docker = Object.values(images).some(({ kind }) => kind === "build");
    return { ...base, docker, ...(kubernetes !== undefined && { kubernetes }) };
  }
  const { name, nodeImage, httpPort, httpsPort } = cluster;
  const identityFile = path.join(ROOT, stackFiles(stack).identity);
  return {
    ...base,
    docker: true,
    cluster: { name, nodeImage, ports: { httpPort, httpsPort }, identityFile },
  };
}
