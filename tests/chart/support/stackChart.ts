/** The observability chart as tests render it. */
import { renderAnew, STACK_CHART, type HelmOptions, type Values } from "./helm";
import type { Manifest } from "./manifest";

/** How the chart is told of what is around it. */
export const STACK_OPTIONS: HelmOptions = {
  chart: STACK_CHART,
  release: "observability",
  flags: ["--namespace", "monitoring"],
};

/** Everything that can be switched on together. */
export const STACK_FULL: Values = {
  global: { imageRegistry: "mirror.example.com", imagePullSecrets: ["one", { name: "two" }] },
  externalUrl: "https://soc.example.com",
  ingress: {
    enabled: true,
    host: "soc.example.com",
    tls: { secretName: "tls" },
    annotations: { a: "b" },
  },
  prometheus: { persistence: { enabled: true, storageClassName: "fast" } },
  loki: { persistence: { enabled: true } },
  grafana: { anonymous: true, existingSecret: "grafana-admin" },
};

/** Sets of values under which the chart is looked at. */
export const STACK_PROFILES: Readonly<Record<string, Values>> = {
  defaults: {},
  full: STACK_FULL,
  "no policies": { networkPolicy: { enabled: false } },
};

let defaults: Promise<Manifest[]> | undefined;

/** Renders the chart; without values once for all. */
export function renderStack(values?: Values): Promise<Manifest[]> {
  return values
    ? renderAnew({ ...STACK_OPTIONS, values })
    : (defaults ??= renderAnew(STACK_OPTIONS));
}
