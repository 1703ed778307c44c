/** Where the observability stack's parts answer, and which of their pages may be seen from outside. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ADD_ONS } from "../config/addOns";

const { namespace, source } = ADD_ONS.observability;

/** The chart, relative to the project. */
export const STACK_CHART = source.chart;

/** Namespace of all parts but the collector. */
export const STACK_NAMESPACE = namespace;

/** The stack's Services that are asked over HTTP: port, and path below which each serves. */
export const STACK_SERVICES = {
  grafana: { port: 3000, path: "/grafana" },
  jaeger: { port: 16686, path: "/jaeger" },
  prometheus: { port: 9090, path: "/prometheus" },
  loki: { port: 3100, path: "/loki" },
} as const;

/** Name of one of them. */
export type StackService = keyof typeof STACK_SERVICES;

/** Those that have pages, by the names of their outputs. */
export const PAGES = ["grafana", "jaeger", "prometheus"] as const satisfies readonly StackService[];

/** A path of the pages. */
interface PageRoute {
  readonly at: string;
  readonly service: StackService;
  /** Whether it is that path alone, and not all that is below it. */
  readonly exact: boolean;
}

/** The paths that are reachable from outside. */
export function pageRoutes(): PageRoute[] {
  const file: unknown = parse(fs.readFileSync(path.join(STACK_CHART, "files/pages.yaml"), "utf8"));
  const pages = file as Readonly<Record<string, { service: StackService; type?: "Exact" }>>;
  return Object.entries(pages).map(([at, { service, type }]) => ({
    at,
    service,
    exact: type === "Exact",
  }));
}

/**
 * The pages as URLs inside of the cluster, for a proxy that keeps their paths and takes one that ends in a slash for all
 * that is below it. So what an Ingress matches exactly and ends in a slash is not among them.
 */
export function pageUpstreams(): string[] {
  return pageRoutes().flatMap(({ at, service, exact }) => {
    const url = `http://${service}.${STACK_NAMESPACE}:${STACK_SERVICES[service].port}${at}`;
    return !exact ? [url, `${url}/`] : at.endsWith("/") ? [] : [url];
  });
}
