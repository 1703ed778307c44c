import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { CHART, type Values } from "./helm";

/** The values file that the chart's README shows for production. */
export const PRODUCTION = readmeExample();

/** One pod, no Redis, nothing from outside: the least that the chart can be. */
export const MINIMAL: Values = {
  serviceAccount: { create: false },
  redis: { enabled: false },
  backend: { replicaCount: 1, hpa: { enabled: false } },
  ingress: { enabled: false },
};

/** Everything that can be switched on. */
export const FULL: Values = {
  imagePullSecrets: [{ name: "registry" }],
  openai: { existingSecret: "openai" },
  redis: { persistence: { enabled: true, storageClass: "fast" } },
  ingress: {
    annotations: { "example.com/timeout": "60" },
    tls: [{ secretName: "tls", hosts: ["localhost"] }],
  },
};

/** Values under which every rule that holds for all of them is tried. */
export const PROFILES: Readonly<Record<string, Values>> = {
  defaults: {},
  production: PRODUCTION,
  minimal: MINIMAL,
  full: FULL,
};

function readmeExample(): Values {
  const readme = readFileSync(path.join(CHART, "README.md"), "utf8");
  const yaml = /## Production Deployment[^]*?```yaml\n([^]*?)```/.exec(readme)?.[1];
  if (yaml === undefined) {
    throw new Error("the chart's README has no values file under 'Production Deployment'");
  }
  return parse(yaml) as Values;
}
