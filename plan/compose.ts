/** What Docker Compose's observability stack has in place of a cluster's: where things are, and how pages are reached. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { pageRoutes, PAGES, STACK_CHART, STACK_SERVICES } from "./pages";

/** What Prometheus reads under Compose beside this stack's own parts, under the labels that dashboards and rules go by. */
const SCRAPED = [
  {
    job_name: "soc-backend",
    static_configs: [
      { targets: ["backend:8000"], labels: { namespace: "soc-agent", pod: "backend" } },
    ],
  },
  { job_name: "otel-collector", static_configs: [{ targets: ["otel-collector:8888"] }] },
];

/** Prometheus' configuration: the chart's file, and what there is to read. */
export function composePrometheus(): string {
  const file = path.join(STACK_CHART, "files/prometheus.yaml");
  const { global, scrape_configs, ...config } = parse(fs.readFileSync(file, "utf8")) as {
    readonly global: object;
    readonly scrape_configs: readonly object[];
  };
  return stringify({
    global: { ...global, external_labels: { application: "soc-agent" } },
    ...config,
    scrape_configs: [...scrape_configs, ...SCRAPED],
  });
}

/** Host names by which a browser on this machine reaches the pages. Another site's name for them is refused. */
const HOSTS = String.raw`^(?:localhost|127\.0\.0\.1)$`;

/**
 * Domain of the pages' names: while they are not there, Docker asks the machine's name servers for them, and a bare
 * "grafana" may be somebody's. Below .internal there is nothing but what one makes.
 */
const DOMAIN = "soc-agent.internal";

/** nginx's locations of the pages: the paths that an Ingress has, and as little of others. */
export function composePages(): string {
  const locations = PAGES.map((page) => {
    const paths = pageRoutes()
      .filter(({ service }) => service === page)
      .map(({ at, exact }) => `${at.replaceAll(".", String.raw`\.`)}${exact ? "$" : "(?:/|$)"}`);
    return `location ~ ^(?:${paths.join("|")}) {
    if ($host !~ ${HOSTS}) {
        return 421;
    }
    set $page "http://${page}.${DOMAIN}:${STACK_SERVICES[page].port}";
    proxy_pass $page;
    error_page 502 = @absent;
    # In place of the dashboard's headers: the pages bring their own policies.
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Cross-Origin-Resource-Policy same-origin always;
}`;
  });
  const absent = `location @absent {
    default_type text/plain;
    return 404 "Not there. Start it: docker compose --profile observability up --build --wait\\n";
}`;
  return [...locations, absent, ""].join("\n\n");
}
